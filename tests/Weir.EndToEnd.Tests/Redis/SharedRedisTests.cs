using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Feed;
using Weir.Feed.Redis;
using Weir.Feed.Redis.Tests.Servers;
using Weir.Hsm;
using Weir.Hsm.Replaying;
using Weir.Lab.Mdt;
using Weir.Lab.Scenarios;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>Real processes of shippers and readers over one real server that is killed, restarted and emptied.</summary>
public sealed class SharedRedisTests : IAsyncLifetime
{
    private const int Seed = 815;
    private const string Topics = "hsm:actions:";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly int Rounds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 8 : 60;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-shared-");
    private readonly List<IDisposable> _processes = [];
    private RedisServer _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable process in _processes) process.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Two_shippers_and_three_readers_lose_and_repeat_nothing_when_the_server_is_killed_under_them()
    {
        var random = new Random(Seed);
        MdtCluster cluster = Cluster();
        cluster.WriteFiles(clean: true);
        RunningShipper[] shippers = [Ship(cluster, "mds00"), Ship(cluster, "mds01")];
        FollowingReader first = Follow("hsm", "tail", "--follow", "--from-beginning", "--json", "--show", "PURGED");
        FollowingReader raw = Follow("feed", "tail", Topics + "*", "--from", "first", "--json");
        FollowingReader late = first;
        int kills = 0;
        for (int round = 0; round < Rounds; round++)
        {
            cluster.Advance(TimeSpan.FromSeconds(random.Next(5, 90)));
            cluster.WriteFiles(clean: true);
            if (round % 2 == 0) await LookAsync(shippers);
            else
            {
                // At a moment within the looks at the files that have just been written.
                long before = await LengthAsync();
                int news = random.Next(1, 200);
                int[] looks = [.. shippers.Select(shipper => shipper.Looks)];
                await WaitAsync(async () => await LengthAsync() >= before + news || HaveLooked(shippers, looks, times: 3));
                await _redis.KillAsync();
                kills++;
                cluster.Advance(TimeSpan.FromSeconds(random.Next(0, 30)));
                cluster.WriteFiles(clean: true);
                await _redis.RestartAsync();
            }

            if (round == Rounds / 2) late = Follow("hsm", "tail", "--follow", "--from-beginning", "--json", "--show", "PURGED");
        }

        await SettleAsync(cluster);
        Assert.Equal(Rounds / 2, kills);
        SortedSet<string> truth = Truth(cluster);
        Assert.True(truth.Count > 20, $"seed {Seed}: only {truth.Count} actions are live at the end");
        await WaitAsync(() => Task.FromResult(first.Live(out _).SetEquals(truth) && late.Live(out _).SetEquals(truth)), () => "the readers do not come to the truth");
        foreach (RunningShipper shipper in shippers) await shipper.StopAsync();
        Dictionary<string, List<string>> stored = await IdsAsync();
        await WaitAsync(() => Task.FromResult(raw.Ids().Values.Sum(ids => ids.Count) >= stored.Values.Sum(ids => ids.Count)));
        foreach (FollowingReader reader in (FollowingReader[])[first, raw, late]) await reader.StopAsync();

        foreach (FollowingReader reader in (FollowingReader[])[first, late])
        {
            Assert.Equal(truth, reader.Live(out List<string> twice));
            Assert.Empty(twice);
        }

        Dictionary<string, List<string>> told = raw.Ids();
        Assert.Equal(stored.Keys.Order(StringComparer.Ordinal), told.Keys.Order(StringComparer.Ordinal));
        Assert.All(stored, topic => Assert.Equal(topic.Value, told[topic.Key]));
    }

    [Fact]
    public async Task What_is_live_is_shipped_again_into_a_server_that_comes_back_empty()
    {
        MdtCluster cluster = Cluster();
        cluster.Advance(TimeSpan.FromMinutes(3));
        cluster.WriteFiles(clean: true);
        RunningShipper[] shippers = [Ship(cluster, "mds00"), Ship(cluster, "mds01")];
        await SettleAsync(cluster);
        await _redis.RestartAsync(isEmpty: true);
        await SettleAsync(cluster);
        cluster.Advance(TimeSpan.FromMinutes(1));
        cluster.WriteFiles(clean: true);
        await SettleAsync(cluster);

        // And by a shipper that was not there when it happened: its snapshot knows more than the server.
        foreach (RunningShipper shipper in shippers) await shipper.StopAsync();
        await _redis.RestartAsync(isEmpty: true);
        RunningShipper[] next = [Ship(cluster, "mds00"), Ship(cluster, "mds01")];
        await SettleAsync(cluster);
        foreach (RunningShipper shipper in next) await shipper.StopAsync();
    }

    [Fact]
    public async Task A_shipper_says_once_that_the_server_is_down_and_ships_what_changed_when_it_is_back()
    {
        MdtCluster cluster = Cluster();
        cluster.Advance(TimeSpan.FromMinutes(1));
        cluster.WriteFiles(clean: true);
        RunningShipper shipper = Ship(cluster, "*");
        await SettleAsync(cluster);
        await _redis.KillAsync();

        // In its place something that takes connections and closes them, so that the tries can be counted.
        using (var nobody = new TcpListener(IPAddress.Loopback, _redis.Port))
        {
            nobody.Start();
            for (int tries = 0; tries < 12; tries++)
            {
                using TcpClient client = await nobody.AcceptTcpClientAsync(Cancellation);
                cluster.Advance(TimeSpan.FromSeconds(5));
                cluster.WriteFiles(clean: true);
            }
        }

        await _redis.RestartAsync();
        await SettleAsync(cluster);
        await shipper.StopAsync();
        foreach (string once in (string[])["cannot be reached", "cannot be used", "answers again", "can be used again"])
            Assert.Single(shipper.Messages, message => message.Contains(once, StringComparison.Ordinal));
        Assert.Equal(4, shipper.Messages.Count(message => message.Contains($"127.0.0.1:{_redis.Port}", StringComparison.Ordinal)));
    }

    private MdtCluster Cluster() => new(
        Path.Combine(_directory.FullName, "mdt"),
        new MdtClusterOptions { Seed = Seed, CatalogSlots = 16_384, FailOversPerHour = 20, MeanOutage = TimeSpan.FromSeconds(20) }.WithCleanFiles());

    private RunningShipper Ship(MdtCluster cluster, string host)
    {
        var shipper = new RunningShipper(
            _redis.Url, Path.Combine(cluster.Directory, host, "*-MDT????", "hsm", "actions"),
            Path.Combine(_directory.FullName, $"{host.Replace('*', '_')}.snapshot"));
        _processes.Add(shipper);
        return shipper;
    }

    private FollowingReader Follow(params string[] words)
    {
        var reader = new FollowingReader(_redis.Url, words);
        _processes.Add(reader);
        return reader;
    }

    /// <summary>Brings every MDT up and waits until the feed tells exactly what the simulation knows.</summary>
    private async Task SettleAsync(MdtCluster cluster)
    {
        while (cluster.Mdts.Any(mdt => !mdt.IsUp)) cluster.Advance(TimeSpan.FromSeconds(5));
        cluster.WriteFiles(clean: true);
        IReadOnlyList<string> differences = [];
        await using var engine = new RedisEngine(new() { Url = RedisUrl.Parse(_redis.Url) });
        await WaitAsync(
            async () =>
            {
                var replay = new TopicReplay(engine, ActionTopics.DefaultPrefix);
                await replay.RunAsync(Cancellation);
                differences = TruthComparison.Differences(cluster, replay.Live, 5);
                return differences.Count == 0;
            },
            () => string.Join('\n', differences));
    }

    private async Task LookAsync(RunningShipper[] shippers)
    {
        int[] looks = [.. shippers.Select(shipper => shipper.Looks)];
        await WaitAsync(() => Task.FromResult(HaveLooked(shippers, looks, times: 1)), () => "a shipper does not look at the files");
    }

    private static bool HaveLooked(RunningShipper[] shippers, int[] since, int times) =>
        shippers.Index().All(shipper => shipper.Item.Looks >= since[shipper.Index] + times);

    private static SortedSet<string> Truth(MdtCluster cluster) => new(
        from mdt in cluster.Mdts
        from action in mdt.Actions
        select FollowingReader.Describe(
            mdt.Name, string.Create(CultureInfo.InvariantCulture, $"0x{action.Cookie:x}"), action.Action.ToString().ToUpperInvariant(), action.Status.ToString().ToUpperInvariant()),
        StringComparer.Ordinal);

    private async Task<long> LengthAsync()
    {
        long length = 0;
        foreach (string key in (await _redis.CommandAsync("KEYS", Topics + "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            length += long.Parse(await _redis.CommandAsync("XLEN", key), CultureInfo.InvariantCulture);
        return length;
    }

    /// <summary>The ids that the server has, by the source that a CloudEvent of the topic has.</summary>
    private async Task<Dictionary<string, List<string>>> IdsAsync()
    {
        var ids = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        await using var engine = new RedisEngine(new() { Url = RedisUrl.Parse(_redis.Url) });
        foreach (string topic in await engine.ListTopicsAsync(Topics, Cancellation))
        {
            List<string> list = ids["/topics/" + TopicName.Escape(topic)] = [];
            await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
            while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
            {
                foreach (RecordView record in page) list.Add(record.Id.ToString());
            }
        }

        return ids;
    }

    private string Messages() => string.Join("\n--\n", _processes.OfType<RunningShipper>().Select(shipper => string.Join('\n', shipper.Messages.TakeLast(12))));

    private async Task WaitAsync(Func<Task<bool>> condition, Func<string>? why = null)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"seed {Seed}: it has not come true within {Patience.TotalSeconds:0} s. {why?.Invoke()}\n{Messages()}");
            await Task.Delay(10, Cancellation);
        }
    }
}
