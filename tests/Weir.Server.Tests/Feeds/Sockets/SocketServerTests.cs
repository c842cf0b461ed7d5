using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Server.Feeds.Sockets;

namespace Weir.Server.Tests.Feeds.Sockets;

public sealed class SocketServerTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-socket-");
    private readonly CancellationTokenSource _stopping = new();
    private readonly LogEngine _feed;
    private readonly ConsumerRegistry _registry;
    private readonly RecordBatch _batch = new();
    private SocketServer? _server;
    private Task _serving = Task.CompletedTask;

    public SocketServerTests()
    {
        _feed = new(new() { Directory = Path.Combine(_directory.FullName, "feed") });
        _registry = new(_feed);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_directory.FullName, "s.sock");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        if (_server is not null) await _server.DisposeAsync();
        await _registry.DisposeAsync();
        await _feed.DisposeAsync();
        _stopping.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_transient_feed_shows_what_is_there_and_what_comes()
    {
        Start();
        await AppendAsync("t", 2);
        using FeedClient client = await FeedClient.ConnectAsync(SocketPath, """{"consumer":null,"topics":["t"],"from":"first"}""");
        await client.ExpectAsync("ready");
        RecordId last = default;
        for (int i = 0; i < 2; i++) last = IdOf(await client.ExpectAsync("event"));
        RecordId appended = await AppendAsync("t", 1);
        Assert.True(appended > last);
        Assert.Equal(appended, IdOf(await client.ExpectAsync("event")));
    }

    [Fact]
    public async Task A_prefix_takes_in_topics_that_come_later_and_a_filter_leaves_out()
    {
        Start();
        using FeedClient client = await FeedClient.ConnectAsync(SocketPath, """{"topics":["a:*"],"filter":"type=WANTED"}""");
        await client.ExpectAsync("ready");
        await AppendAsync("b:1", 1, "WANTED");
        await AppendAsync("a:1", 1, "OTHER");
        await AppendAsync("a:1", 1, "WANTED");
        JsonElement found = await client.ExpectAsync("event");
        Assert.Equal("/topics/a:1", found.GetProperty("source").GetString());
        Assert.Equal("io.weir.a.WANTED", found.GetProperty("type").GetString());
    }

    [Fact]
    public async Task With_length_frames_everything_is_counted_out()
    {
        Start();
        await AppendAsync("t", 3);
        using FeedClient client = await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"],"from":"first","frames":"length","once":true}""");
        var kinds = new List<string>();
        await using var stream = new NetworkStream(client.Socket);
        byte[] length = new byte[4];
        while (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, Token) == 4)
        {
            byte[] body = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(body, Token);
            using JsonDocument document = JsonDocument.Parse(body);
            kinds.Add(document.RootElement.TryGetProperty("weir", out JsonElement kind) ? kind.GetString()! : "event");
        }

        Assert.Equal(["ready", "event", "event", "event", "end"], kinds);
    }

    [Fact]
    public async Task What_is_not_acknowledged_comes_again_with_the_same_id_and_what_is_does_not()
    {
        Start();
        await AppendAsync("t", 3);
        const string first = """{"consumer":"c","topics":["t"],"from":"first","confirm":true}""";
        RecordId second;
        using (FeedClient client = await FeedClient.ConnectAsync(SocketPath, first))
        {
            await client.ExpectAsync("ready");
            RecordId id = IdOf(await client.ExpectAsync("event"));
            second = IdOf(await client.ExpectAsync("event"));
            await client.ExpectAsync("event");
            await client.SendAsync($$"""{"ack":"{{id}}"}""");
            Assert.Equal(id.ToString(), (await client.ExpectAsync("acked")).GetProperty("ack").GetString());
        }

        using FeedClient again = await FeedClient.ConnectAsync(SocketPath, """{"consumer":"c"}""");
        await again.ExpectAsync("ready");
        Assert.Equal(second, IdOf(await again.ExpectAsync("event")));
    }

    [Fact]
    public async Task A_second_reader_of_a_consumer_takes_over_and_the_first_is_told()
    {
        Start();
        await AppendAsync("t", 1);
        using FeedClient one = await FeedClient.ConnectAsync(SocketPath, """{"consumer":"c","topics":["t"]}""");
        await one.ExpectAsync("ready");
        using FeedClient two = await FeedClient.ConnectAsync(SocketPath, """{"consumer":"c"}""");
        await two.ExpectAsync("ready");
        Assert.Equal("taken_over", await one.ExpectErrorAsync());
    }

    [Theory]
    [InlineData("nonsense", "bad_request")]
    [InlineData("[]", "bad_request")]
    [InlineData("{}", "bad_request")]
    [InlineData("""{"topics":[]}""", "bad_request")]
    [InlineData("""{"topics":["t"],"frames":"xml"}""", "bad_request")]
    [InlineData("""{"topics":["t"],"from":"yesterday"}""", "bad_request")]
    [InlineData("""{"topics":["t"],"filter":"colour=red"}""", "bad_request")]
    [InlineData("""{"topics":["t"],"typo":1}""", "bad_request")]
    [InlineData("""{"topics":[{"a":{"b":{"c":{"d":1}}}}]}""", "bad_request")]
    [InlineData("""{"consumer":""}""", "bad_request")]
    [InlineData("""{"consumer":"nobody"}""", "not_found")]
    [InlineData("{\"consumer\":\"\\u0001\"}", "bad_request")]
    public async Task A_wrong_first_line_is_told_what_is_wrong(string line, string code)
    {
        Start();
        using FeedClient client = await FeedClient.ConnectAsync(SocketPath, line);
        Assert.Equal(code, await client.ExpectErrorAsync());
    }

    [Fact]
    public async Task A_first_line_without_end_is_cut_off_by_its_size_or_by_the_clock()
    {
        Start(options => options with { RequestTimeout = TimeSpan.FromSeconds(2) });
        using FeedClient silent = await FeedClient.ConnectAsync(SocketPath);
        using FeedClient endless = await FeedClient.ConnectAsync(SocketPath);
        byte[] noise = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
        await endless.Socket.SendAsync(noise, SocketFlags.None, Token);
        Assert.Equal("too_long", (await endless.ExpectAsync("error")).GetProperty("code").GetString());
        Assert.Equal("timeout", await silent.ExpectErrorAsync());
    }

    [Fact]
    public async Task Acknowledging_the_future_or_nonsense_ends_the_connection_and_changes_nothing()
    {
        Start();
        await AppendAsync("t", 2);
        foreach ((string line, string code) in new[]
        {
            ("""{"ack":"99999999999999-0"}""", "bad_ack"), ("""{"ack":"1-0","topic":"other"}""", "bad_ack"), ("""{"ack":1}""", "bad_request"), ("ack", "bad_request"), ("""{"ack":"x"}""", "bad_request"),
        })
        {
            using FeedClient client = await FeedClient.ConnectAsync(SocketPath, """{"consumer":"c","topics":["t"],"from":"first"}""");
            await client.ExpectAsync("ready");
            await client.ExpectAsync("event");
            await client.ExpectAsync("event");
            await client.SendAsync(line);
            Assert.Equal((line, code), (line, await client.ExpectErrorAsync()));
        }

        Assert.Equal(RecordId.Zero, await _feed.ReadPositionAsync("t", "c", Token));
    }

    [Fact]
    public async Task A_transient_feed_has_nothing_to_acknowledge()
    {
        Start();
        using FeedClient client = await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"]}""");
        await client.ExpectAsync("ready");
        await client.SendAsync("""{"ack":"1-0"}""");
        Assert.Equal("bad_request", await client.ExpectErrorAsync());
    }

    [Fact]
    public async Task A_client_that_never_reads_is_cut_off_costs_little_and_keeps_nobody_waiting()
    {
        Start(options => options with { StallTimeout = TimeSpan.FromSeconds(3) });
        await AppendAsync("t", 20_000, "BIG", new string('x', 1000));
        var stuck = new List<FeedClient>();
        for (int i = 0; i < 20; i++) stuck.Add(await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"],"from":"first"}"""));
        foreach (FeedClient client in stuck) await client.ExpectAsync("ready");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int read = 0;
        using (FeedClient brisk = await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"],"from":"first","once":true}"""))
        {
            while (await brisk.ReadAsync() is { } next) read += next.TryGetProperty("specversion", out _) ? 1 : 0;
        }

        Assert.Equal(20_000, read);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 64 * 1024 * 1024);
        while (_server!.Connections > 0) await Task.Delay(10, Token);
        foreach (FeedClient client in stuck) client.Dispose();
    }

    [Fact]
    public async Task Clients_beyond_the_limit_are_told_and_those_there_go_on()
    {
        int most = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 1000 : 8192;
        Start(options => options with { MaxConnections = most });
        var clients = new List<FeedClient>();
        for (int i = 0; i < most; i++)
        {
            clients.Add(await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"]}"""));
            await clients[i].ExpectAsync("ready");
        }

        for (int i = 0; i < 50; i++)
        {
            using FeedClient late = await FeedClient.ConnectAsync(SocketPath);
            Assert.Equal("busy", (await late.ExpectAsync("error")).GetProperty("code").GetString());
        }

        RecordId id = await AppendAsync("t", 1);
        foreach (FeedClient client in clients) Assert.Equal(id, IdOf(await client.ExpectAsync("event")));
        clients[0].Dispose();
        while (_server!.Connections == most) await Task.Yield();
        using FeedClient next = await FeedClient.ConnectAsync(SocketPath, """{"topics":["t"]}""");
        await next.ExpectAsync("ready");
        foreach (FeedClient client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_socket_that_is_served_is_not_taken_and_one_that_is_not_is()
    {
        Start();
        Assert.Throws<IOException>(() => new SocketServer(new() { Path = SocketPath }, _registry, NullLogger.Instance));
        string stale = Path.Combine(_directory.FullName, "stale.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(stale));
        await using var server = new SocketServer(new() { Path = stale }, _registry, NullLogger.Instance);
        string file = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(file, "precious", Token);
        Assert.Throws<IOException>(() => new SocketServer(new() { Path = file }, _registry, NullLogger.Instance));
        Assert.Equal("precious", await File.ReadAllTextAsync(file, Token));
    }

    private static RecordId IdOf(JsonElement found) => RecordId.Parse(found.GetProperty("id").GetString());

    private void Start(Func<SocketOptions, SocketOptions>? change = null)
    {
        var options = new SocketOptions { Path = SocketPath };
        _server = new(change?.Invoke(options) ?? options, _registry, NullLogger.Instance);
        _serving = _server.RunAsync(_stopping.Token);
    }

    private async Task<RecordId> AppendAsync(string topic, int count, string type = "T", string text = "x")
    {
        _batch.Clear();
        for (int i = 0; i < count; i++) _batch.Add(Encoding.UTF8.GetBytes(type), ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"n":{{i}},"text":"{{text}}"}"""));
        return await _feed.AppendAsync(topic, _batch, default, Token);
    }
}
