using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Healing;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Lab.Disks;

namespace Weir.Health.Tests.Healing;

/// <summary>
/// The repairs are killed again and again, at any change of the feed, of the snapshot or of a drive. Whatever was acknowledged is done in the
/// end, told once, and the results together say exactly what had been damaged.
/// </summary>
public sealed class HealKillTests
{
    private const int Objects = 12;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 200 : 4)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Killed_at_any_moment_nothing_is_lost_and_nothing_done_twice(int seed)
    {
        using var directory = new TemporaryDirectory();
        DriveTree tree = DriveTree.Create(new() { Directory = directory.Below("drives"), Data = 2, Parity = 2 });
        MadeVersion[] versions = [.. Enumerable.Range(0, Objects).Select(number => tree.Put(ObjectName.Create("bucket", $"key-{number}"), new MemoryStream(Content(number))))];
        var random = new Random(seed);
        var damaged = new Dictionary<string, int>();
        foreach (MadeVersion version in versions)
        {
            foreach (int drive in Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(1 + random.Next(2)))
            {
                File.Delete(Directory.GetFiles(Path.Combine(tree.Drives[drive], version.Name.Path), "part.1", SearchOption.AllDirectories).Single());
                damaged[version.Name.Key] = damaged.GetValueOrDefault(version.Name.Key) + 1;
            }
        }

        var disk = new SimulatedDisk(seed);
        var acknowledged = new Dictionary<string, MadeVersion>();
        int kills = 0;
        for (int life = 0; !await LiveAsync(life, disk, directory, tree, versions, acknowledged, random, isLast: life >= 12); life++) kills++;
        await CheckAsync(seed, kills, disk, tree, versions, acknowledged, damaged);
    }

    /// <summary>One life; true when everything was done in it.</summary>
    private static async Task<bool> LiveAsync(int life, SimulatedDisk disk, TemporaryDirectory directory, DriveTree tree, MadeVersion[] versions, Dictionary<string, MadeVersion> acknowledged, Random random, bool isLast)
    {
        SimulatedProcess process = disk.StartProcess($"life {life}");
        int never = int.MaxValue, onDrives = isLast || random.Next(3) == 0 ? never : 1 + random.Next(60), onDisk = isLast || random.Next(3) == 0 ? never : 1 + random.Next(120);
        int seen = 0;
        using var death = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        void Kill()
        {
            process.Kill();
            death.Cancel();
        }

        disk.Faults.Rule = _ =>
        {
            if (Interlocked.Increment(ref seen) == onDisk) Kill();
            return null;
        };
        var store = new KillableStore(() => process.IsAlive, Kill, onDrives);
        int order = random.Next();
        try
        {
            await using var feed = new LogEngine(new() { Directory = "/feed", Disk = process });
            using PolicyStore policies = await PolicyStore.OpenAsync(feed, TimeProvider.System, cancellationToken: Ct);
            using var pacer = new Pacer(new ScanPolicy(), TimeProvider.System);
            using var pools = new PoolSet(new() { Pools = [new("pool0", tree.Drives)], Disk = store, WorkTimeout = TimeSpan.FromMinutes(5), LookTimeout = TimeSpan.FromMinutes(2) }, pacer, NullLogger.Instance);
            await using HealService heals = await HealService.OpenAsync(
                new() { Feed = feed, Pools = pools, Policies = policies, StateDirectory = directory.Below("state"), Disk = process, Live = LiveRule.Never, TrustsCache = true, Random = new(life) }, Ct);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            Task running = heals.RunAsync(stop.Token);
            var shuffled = new Random(order);
            foreach (MadeVersion version in versions.OrderBy(_ => shuffled.Next()))
            {
                if (acknowledged.ContainsValue(version) || !process.IsAlive) continue;
                try
                {
                    acknowledged[(await heals.SubmitAsync(HealStand.Request(version, (HealthPriority)shuffled.Next(5)), death.Token)).Id] = version;
                    if (shuffled.Next(4) == 0) await heals.SaveAsync(death.Token);
                }
                catch (Exception error) when (error is HealthException or IOException || (error is OperationCanceledException && !process.IsAlive))
                {
                    // The feed is dead, or its process.
                }
            }

            bool isDone = false;
            await Eventually.Is(
                () =>
                {
                    if (!process.IsAlive) return true;
                    return isDone = acknowledged.Count == versions.Length && acknowledged.Keys.All(id => heals.Find(id) is { EndedAt: not null });
                },
                () => $"life {life}: {string.Join(", ", heals.List(null, 0, 100).Select(status => $"{status.Id} {status.State} {status.Error}"))} {heals.Blocked}");
            isDone &= process.IsAlive;
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await heals.DisposeAsync();
            // It may have died while it was brought to its end.
            return isDone && process.IsAlive;
        }
        catch (IOException) when (!process.IsAlive)
        {
            return false;
        }
        finally
        {
            disk.Faults.Rule = null;
            process.Kill();
        }
    }

    private static async Task CheckAsync(int seed, int kills, SimulatedDisk disk, DriveTree tree, MadeVersion[] versions, Dictionary<string, MadeVersion> acknowledged, Dictionary<string, int> damaged)
    {
        disk.Faults.Rule = null;
        string when = $"seed {seed}, {kills} kills";
        await using var feed = new LogEngine(new() { Directory = "/feed", Disk = disk.StartProcess("check") });
        var records = new List<(string Id, string Key, Record Record)>();
        await using (ITopicCursor cursor = feed.OpenCursor(HealthTopics.Events, RecordId.Zero))
        {
            for (RecordPage page = await cursor.ReadAsync(Ct); !page.IsEmpty; page = await cursor.ReadAsync(Ct))
            {
                foreach (RecordView record in page)
                {
                    if (record.Type.SequenceEqual("HealerOpened"u8)) continue;
                    using JsonDocument data = JsonDocument.Parse(record.Data.ToArray());
                    records.Add((data.RootElement.GetProperty("heal_id").GetString()!, data.RootElement.GetProperty("object").GetString()!, record.ToRecord()));
                }
            }
        }

        string History(Func<(string Id, string Key, Record Record), bool> of) => string.Join('\n', records.Where(of).Select(one => $"{one.Record.Id} {one.Record.Type} {one.Record.DataText}"));
        foreach (string id in records.Select(one => one.Id).Union(acknowledged.Keys))
        {
            int told = records.Count(one => one.Id == id && one.Record.Type == "HealCompleted");
            // What was durable and never acknowledged may still wait when the last life is ended.
            Assert.True(told == 1 || (told == 0 && !acknowledged.ContainsKey(id)), $"{when}: {id} was told {told} times:\n{History(one => one.Id == id)}");
        }

        foreach (MadeVersion version in versions)
        {
            int repaired = 0;
            foreach ((_, _, Record record) in records.Where(one => one.Key == version.Name.Key && one.Record.Type == "HealCompleted"))
            {
                using JsonDocument data = JsonDocument.Parse(record.Data);
                repaired += data.RootElement.GetProperty("result").GetProperty("shards_repaired").GetInt32();
            }

            // Two repairs of one object, each killed before and after the same rename, may both tell of it: a journal says what was about to be done.
            bool isOne = records.Where(one => one.Key == version.Name.Key).Select(one => one.Id).Distinct().Count() == 1;
            Assert.True(isOne ? repaired == damaged[version.Name.Key] : repaired >= damaged[version.Name.Key], $"{when}: of {version.Name} {damaged[version.Name.Key]} shards were damaged, {repaired} are told to be repaired:\n{History(one => one.Key == version.Name.Key)}");
        }

        DrivePool pool = DriveTopology.Discover(tree.Drives).Pools[0];
        using var queues = new DriveQueues(new() { Timeout = TimeSpan.FromMinutes(5) });
        using var examiner = new ObjectExaminer(queues);
        foreach (MadeVersion version in versions)
        {
            ObjectVerdict verdict = await examiner.ExamineAsync(pool, 0, version.Name, new() { Mode = VerifyMode.Deep, TrustsCache = true }, Ct);
            Assert.True(verdict.IsHealthy, $"{when}: {version.Name}");
        }
    }

    private static byte[] Content(int number)
    {
        byte[] content = new byte[600_000 + number];
        new Random(number).NextBytes(content);
        return content;
    }
}
