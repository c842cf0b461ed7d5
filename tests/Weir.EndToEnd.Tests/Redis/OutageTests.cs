using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Cli.Tests.Processes;
using Weir.Feed;
using Weir.Feed.Redis;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>Programs that follow a feed whose server goes away in the middle of what they read.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const int Records = 30_000;
    private const int More = 100;
    private const string Topic = "hsm:actions:fs-MDT0000";

    private readonly List<WeirProcess> _processes = [];
    private RedisServer _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");

    public async ValueTask DisposeAsync()
    {
        foreach (WeirProcess process in _processes) process.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Who_follows_goes_on_when_the_server_is_back_and_says_once_that_it_was_gone()
    {
        await AppendAsync(0, Records);
        await RunAsync("feed", "register", "reader", Topic, "--start", "first");
        WeirProcess[] followers =
        [
            Start("feed", "tail", Topic, "--from", "first", "--json"),
            Start("hsm", "tail", "--follow", "--from-beginning", "--json"),
            Start("feed", "read", "--consumer", "reader", "--follow", "--json"),
        ];

        // As long as nobody reads them they stand in the middle of what there is.
        var first = new string?[followers.Length];
        for (int i = 0; i < followers.Length; i++) first[i] = await followers[i].Out.ReadLineAsync(Cancellation);
        Task<List<string>>[] messages = [.. followers.Select(MessagesAsync)];
        await _redis.KillAsync();
        var ids = followers.Select(_ => new List<string>()).ToArray();
        Task[] reading = [.. followers.Select((follower, i) => ReadAsync(follower, ids[i], first[i]!))];

        // In the server's place something that takes connections and closes them: so many tries take longer than any call is patient.
        using (var nobody = new TcpListener(IPAddress.Loopback, _redis.Port))
        {
            nobody.Start();
            for (int tries = 0; tries < 12 * followers.Length; tries++)
            {
                using TcpClient client = await nobody.AcceptTcpClientAsync(Cancellation);
            }
        }

        Assert.All(followers, follower => Assert.False(follower.HasExited));
        await _redis.RestartAsync();
        await AppendAsync(Records, More);
        await Task.WhenAll(reading).WaitAsync(TimeSpan.FromSeconds(120), Cancellation);
        foreach (WeirProcess follower in followers) await follower.SignalAsync("TERM");
        for (int i = 0; i < followers.Length; i++)
        {
            Assert.Equal(Enumerable.Range(1, Records + More).Select(number => $"{number}-0"), ids[i]);
            Assert.Equal(0, await followers[i].WaitForExitAsync());
            List<string> said = await messages[i];
            Assert.Single(said, line => line.Contains("cannot be reached", StringComparison.Ordinal));
            Assert.Single(said, line => line.Contains("answers again", StringComparison.Ordinal));
            Assert.Equal(2, said.Count);
        }
    }

    private WeirProcess Start(params string[] words)
    {
        var process = new WeirProcess(_redis.Url, words);
        _processes.Add(process);
        return process;
    }

    private async Task RunAsync(params string[] words)
    {
        WeirProcess process = Start(words);
        Task<List<string>> messages = MessagesAsync(process);
        await process.Out.ReadToEndAsync(Cancellation);
        Assert.True(await process.WaitForExitAsync() == 0, string.Join('\n', await messages));
    }

    private static async Task<List<string>> MessagesAsync(WeirProcess process)
    {
        var messages = new List<string>();
        while (await process.Error.ReadLineAsync(CancellationToken.None) is { } line)
        {
            // How safe the server is belongs to another test.
            if (!line.Contains("acknowledged before", StringComparison.Ordinal)) messages.Add(line);
        }

        return messages;
    }

    private static async Task ReadAsync(WeirProcess process, List<string> ids, string first)
    {
        for (string? line = first; line is not null; line = await process.Out.ReadLineAsync(Cancellation))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            ids.Add(json.RootElement.GetProperty("id").GetString()!);
            if (ids.Count == Records + More) return;
        }
    }

    private async Task AppendAsync(int from, int count)
    {
        await using var engine = new RedisEngine(new() { Url = RedisUrl.Parse(_redis.Url), Patience = TimeSpan.FromSeconds(60) });
        var batch = new RecordBatch();
        for (int i = from + 1; i <= from + count; i++)
        {
            string fid = $"0x200000401:0x{i:x}:0x0";
            string data = $$"""{"event_type":"NEW","action":"ARCHIVE","fid":"{{fid}}","status":"WAITING","mdt":"fs-MDT0000","cat_idx":1,"rec_idx":{{i}},"timestamp":1700000000,"raw":""}""";
            batch.Add(new((ulong)i, 0), "NEW"u8, "fs-MDT0000"u8, Encoding.UTF8.GetBytes(fid), Encoding.UTF8.GetBytes(data));
        }

        await engine.AppendAsync(Topic, batch, default, Cancellation);
    }
}
