using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.EndToEnd.Tests.Serving;

/// <summary>The daemon's life: signals, the service manager, a kill at any moment.</summary>
public sealed class DaemonTests : IDisposable
{
    private const int Seed = 2008;

    private static readonly int Kills = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 5 : 100;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-daemon-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task It_tells_the_service_manager_when_it_is_ready_reloads_and_stops()
    {
        string path = Path.Combine(_directory.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        manager.Bind(new UnixDomainSocketEndPoint(path));
        using ServeProcess daemon = await ServeProcess.StartAsync(
            _directory.FullName, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "1000000" });
        var heard = new List<string>();
        ListenFor(manager, heard, "READY=1");
        ListenFor(manager, heard, "WATCHDOG=1");
        await daemon.SignalAsync("HUP");
        ListenFor(manager, heard, "RELOADING=1");
        ListenFor(manager, heard, "READY=1");
        await daemon.WhenSaidAsync("The configuration was read again; nothing in it changed.");
        await daemon.SignalAsync("TERM");
        ListenFor(manager, heard, "STOPPING=1");
        Assert.Equal(0, await daemon.WaitForExitAsync());
        Assert.False(File.Exists(daemon.SocketPath));
        Assert.Contains("Stopped.", daemon.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_streams_and_leaves_what_was_appended()
    {
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
        using var client = new HttpClient { BaseAddress = daemon.Address };
        using HttpResponseMessage stream = await client.GetAsync("/v1/feeds/topics/t/stream", HttpCompletionOption.ResponseHeadersRead, Token);
        using HttpResponseMessage registered = await client.PutAsync("/v1/feeds/consumers/c", new StringContent("""{"topics":["t"]}"""), Token);
        Assert.Equal(HttpStatusCode.OK, registered.StatusCode);
        Task<string> rest = stream.Content.ReadAsStringAsync(Token);
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.WaitForExitAsync());
        Assert.StartsWith(":", await rest, StringComparison.Ordinal);

        using ServeProcess next = await ServeProcess.StartAsync(_directory.FullName);
        using var again = new HttpClient { BaseAddress = next.Address };
        Assert.Contains("\"c\"", await again.GetStringAsync("/v1/feeds/consumers", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_without_its_place_fails_alone_and_says_so()
    {
        string blocked = Path.Combine(_directory.FullName, "blocked");
        await File.WriteAllTextAsync(blocked, "", Token);
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName, new Dictionary<string, string> { ["WEIR__FEEDS__SOCKET"] = Path.Combine(blocked, "feed.sock") });
        using var client = new HttpClient { BaseAddress = daemon.Address };
        using HttpResponseMessage ready = await client.GetAsync("/readyz", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using JsonDocument body = JsonDocument.Parse(await ready.Content.ReadAsStringAsync(Token));
        JsonElement feeds = body.RootElement.GetProperty("roles").EnumerateArray().Single(role => role.GetProperty("name").GetString() == "feeds");
        Assert.NotEqual("running", feeds.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/livez", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/feeds", Token)).StatusCode);

        // Once the way is free it comes by itself.
        File.Delete(blocked);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while ((await client.GetAsync("/readyz", limit.Token)).StatusCode != HttpStatusCode.OK) await Task.Delay(20, limit.Token);
    }

    [Fact]
    public async Task Roles_can_be_spread_over_processes_on_one_feed()
    {
        string actions = Path.Combine(_directory.FullName, "fs-MDT0000", "hsm");
        Directory.CreateDirectory(actions);
        await File.WriteAllTextAsync(Path.Combine(actions, "actions"), "", Token);
        var variables = new Dictionary<string, string> { ["WEIR__HSM__ACTIONS"] = Path.Combine(_directory.FullName, "*-MDT????/hsm/actions"), ["WEIR__HSM__POLL_INTERVAL"] = "200ms" };
        using ServeProcess shipper = await ServeProcess.StartAsync(_directory.FullName, variables, "--role", "shipper");
        using ServeProcess api = await ServeProcess.StartAsync(_directory.FullName, null, "--role", "api", "--role", "feeds");
        await File.WriteAllTextAsync(
            Path.Combine(actions, "actions"),
            "lrh=[type=10680000 len=136 idx=1/1] fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x1:0x0] compound/cookie=0x0/0x1 action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=0 status=WAITING data=[]\n", Token);
        using var client = new HttpClient { BaseAddress = api.Address };
        string answer = "";
        while (!answer.Contains("io.weir.hsm.NEW", StringComparison.Ordinal))
            answer = await client.GetStringAsync("/v1/feeds/topics/hsm:actions:fs-MDT0000/records?wait=10s", Token);
        await shipper.SignalAsync("TERM");
        Assert.Equal(0, await shipper.WaitForExitAsync());
    }

    [Fact]
    public async Task Messages_are_JSON_where_that_is_asked_for()
    {
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName, new Dictionary<string, string> { ["WEIR__LOG__FORMAT"] = "json" });
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.WaitForExitAsync());
        JsonElement[] messages = [.. daemon.Said.Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(messages, message => Assert.True(message.GetProperty("time").TryGetDateTimeOffset(out _)));
        JsonElement started = messages.Single(message => message.GetProperty("event").GetInt32() == 9001);
        Assert.Equal(daemon.Id, started.GetProperty("fields").GetProperty("ProcessId").GetInt32());
    }

    /// <summary>The daemon is killed while a consumer reads and acknowledges by the socket, again and again.</summary>
    [Fact]
    public async Task Killed_at_any_moment_every_record_comes_in_order_and_none_again_that_was_confirmed()
    {
        var random = new Random(Seed);
        await using var feed = new LogEngine(new() { Directory = Path.Combine(_directory.FullName, "feed") });
        var batch = new RecordBatch();
        var appended = new List<RecordId>();
        var seen = new SortedSet<RecordId>();
        RecordId confirmed = default;
        for (int kill = 0; kill < Kills; kill++)
        {
            string where = $"seed {Seed}, kill {kill}";
            using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName);
            using var consumer = new SocketConsumer(daemon.SocketPath, "c", "t");
            int reads = random.Next(1, 40);
            for (int read = 0; read < reads; read++)
            {
                if (random.Next(2) == 0)
                {
                    batch.Clear();
                    batch.Add("T"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"n":{{appended.Count}}}"""));
                    appended.Add(await feed.AppendAsync("t", batch, default, Token));
                }

                if (appended.Count == 0 || (seen.Count > 0 && seen.Max == appended[^1])) continue;
                RecordId last = consumer.Last;
                RecordId id = consumer.ReadEvent();
                Assert.True(id > confirmed, $"{where}: {id} came again after {confirmed} was confirmed");
                Assert.True(id > last, $"{where}: {id} came after {last}");
                seen.Add(id);
                if (random.Next(3) == 0) confirmed = consumer.Acknowledge(id);
                else if (random.Next(3) == 0) consumer.AcknowledgeUnheard(id);
            }

            daemon.Kill();
        }

        using ServeProcess final = await ServeProcess.StartAsync(_directory.FullName);
        using var rest = new SocketConsumer(final.SocketPath, "c", "t");
        while (appended.Count > 0 && !seen.Contains(appended[^1])) seen.Add(rest.ReadEvent());
        Assert.NotEmpty(appended);
        Assert.Equal(appended, seen);
    }

    private static void ListenFor(Socket manager, List<string> heard, string wanted)
    {
        byte[] buffer = new byte[8192];
        do heard.Add(Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer)));
        while (!heard[^1].StartsWith(wanted, StringComparison.Ordinal));
    }

    /// <summary>A consumer by the socket, which acknowledges and waits for the confirmation.</summary>
    private sealed class SocketConsumer : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        private readonly StreamReader _reader;
        private readonly Queue<RecordId> _waiting = new();

        public SocketConsumer(string path, string consumer, string topic)
        {
            _socket.Connect(new UnixDomainSocketEndPoint(path));
            _reader = new(new NetworkStream(_socket));
            Send($$"""{"consumer":"{{consumer}}","topics":["{{topic}}"],"from":"first","confirm":true}""");
        }

        /// <summary>The last record it got on this connection.</summary>
        public RecordId Last { get; private set; }

        public RecordId ReadEvent()
        {
            if (!_waiting.TryDequeue(out RecordId id))
            {
                JsonElement next;
                do next = Read();
                while (next.TryGetProperty("weir", out _));
                id = RecordId.Parse(next.GetProperty("id").GetString());
            }

            return Last = id;
        }

        public RecordId Acknowledge(RecordId id)
        {
            AcknowledgeUnheard(id);
            while (true)
            {
                JsonElement next = Read();
                if (next.TryGetProperty("id", out JsonElement found)) _waiting.Enqueue(RecordId.Parse(found.GetString()));
                else if (next.GetProperty("weir").GetString() == "acked" && RecordId.Parse(next.GetProperty("ack").GetString()) >= id) return id;
            }
        }

        public void AcknowledgeUnheard(RecordId id) => Send($$"""{"ack":"{{id}}"}""");

        public void Dispose()
        {
            _reader.Dispose();
            _socket.Dispose();
        }

        private void Send(string line) => _socket.Send(Encoding.UTF8.GetBytes(line + "\n"));

        private JsonElement Read()
        {
            string line = _reader.ReadLine() ?? throw new InvalidOperationException("the daemon ended the connection");
            JsonElement next = JsonDocument.Parse(line).RootElement;
            Assert.False(next.TryGetProperty("weir", out JsonElement kind) && kind.GetString() == "error", line);
            return next;
        }
    }
}
