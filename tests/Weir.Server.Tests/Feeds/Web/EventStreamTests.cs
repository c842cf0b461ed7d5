using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Feeds.Web;

public sealed class EventStreamTests
{
    private const int BigRecords = 20_000;
    private const int SlowClients = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_of_several_topics_goes_on_in_each_of_them_where_it_was()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        await AppendAsync(feed, "a:1", "one");
        await AppendAsync(feed, "a:2", "two");
        await AppendAsync(feed, "other", "never");
        using HttpClient client = daemon.Client();
        string place;
        using (var stream = await Stream.OpenAsync(client, "/v1/feeds/stream?topic=a:*&topic=b&from=first"))
        {
            Assert.Equal(["one", "two"], (await stream.ReadAsync(2)).Order());
            // The place behind the last page stands behind its events.
            place = await stream.ReadPlaceAsync();
        }

        // While nobody looks: one more there, the first of one that was named, and one of a prefix that comes late.
        await AppendAsync(feed, "a:1", "three");
        await AppendAsync(feed, "b", "four");
        await AppendAsync(feed, "a:3", "five");
        using var again = await Stream.OpenAsync(client, "/v1/feeds/stream?topic=a:*&topic=b", place);
        Assert.Equal(["five", "four", "three"], (await again.ReadAsync(3)).Order());
        await AppendAsync(feed, "a:2", "six");
        Assert.Equal(["six"], await again.ReadAsync(1));
    }

    [Theory]
    [InlineData("/v1/feeds/stream", null)]
    [InlineData("/v1/feeds/stream?topic=", null)]
    [InlineData("/v1/feeds/stream?topic=a&from=what", null)]
    [InlineData("/v1/feeds/stream?topic=a", "1-1")]
    [InlineData("/v1/feeds/stream?topic=a", "a=x")]
    [InlineData("/v1/feeds/topics/a/stream", "a=1-1")]
    public async Task What_is_no_stream_is_told_so(string path, string? lastEventId)
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task So_many_topics_that_no_header_takes_their_places_are_refused()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        for (int i = 0; i < 40; i++) await AppendAsync(feed, $"long:{new string('x', 180)}{i}", "x");
        using HttpClient client = daemon.Client();
        using HttpResponseMessage answer = await client.GetAsync("/v1/feeds/stream?topic=long:*", HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("name fewer", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    /// <summary>Clients that ask for 20 MB each, half of them as a batch of what goes into one, and read none of it: the daemon gathers little for them, serves the others, and cuts them off.</summary>
    [Fact]
    public async Task Clients_that_do_not_read_are_cut_off_cost_little_and_keep_nobody_waiting()
    {
        await using var daemon = new TestDaemon { ApiLines = "  stall_timeout: 6s\n" };
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        var batch = new RecordBatch();
        for (int i = 0; i < BigRecords; i++) batch.Add("BIG"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 1000)}}"}"""));
        await feed.AppendAsync("big", batch, default, Token);
        batch.Clear();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var slow = new List<Socket>();
        try
        {
            for (int i = 0; i < SlowClients; i++) slow.Add(await AskAsync(daemon, i % 2 == 0 ? "/v1/feeds/topics/big/stream?from=first" : "/v1/feeds/topics/big/records?limit=10000"));
            using HttpClient client = daemon.Client();
            using var brisk = await Stream.OpenAsync(client, "/v1/feeds/topics/big/stream?from=first");
            Assert.Equal(BigRecords, (await brisk.ReadAsync(BigRecords)).Count);

            // 500 MB were asked for by those who do not read.
            long after = GC.GetTotalMemory(forceFullCollection: true);
            Assert.True(after - before < 128 * 1024 * 1024, $"{SlowClients} clients that do not read cost {(after - before) / 1024} KiB");

            // The end of the streams (a batch may have gone into the kernel's buffers whole). The brisk one stays.
            await daemon.Log.WhenAsync(9037, SlowClients / 2);
            await AppendAsync(feed, "big", "still here");
            Assert.Equal(["still here"], await brisk.ReadAsync(1));
        }
        finally
        {
            foreach (Socket client in slow) client.Dispose();
        }
    }

    /// <summary>Sends a request and reads nothing of the answer.</summary>
    private static async Task<Socket> AskAsync(TestDaemon daemon, string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, daemon.Address.Port, Token);
        string request = string.Create(CultureInfo.InvariantCulture, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), SocketFlags.None, Token);
        return socket;
    }

    private static async Task AppendAsync(LogEngine feed, string topic, string text)
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}"""));
        await feed.AppendAsync(topic, batch, default, Token);
    }

    /// <summary>A client of server-sent events.</summary>
    private sealed class Stream : IDisposable
    {
        private readonly HttpResponseMessage _answer;
        private readonly StreamReader _reader;

        private Stream(HttpResponseMessage answer, StreamReader reader)
        {
            _answer = answer;
            _reader = reader;
        }

        public static async Task<Stream> OpenAsync(HttpClient client, string path, string? lastEventId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
            HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return new(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Token)));
        }

        /// <summary>The texts of the next events.</summary>
        public async Task<List<string>> ReadAsync(int count)
        {
            var texts = new List<string>();
            while (texts.Count < count)
            {
                string line = await ReadLineAsync();
                if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                using JsonDocument found = JsonDocument.Parse(line[6..]);
                texts.Add(found.RootElement.GetProperty("data").GetProperty("text").GetString()!);
            }

            return texts;
        }

        public async Task<string> ReadPlaceAsync()
        {
            while (true)
            {
                string line = await ReadLineAsync();
                if (line.StartsWith("id: ", StringComparison.Ordinal)) return line[4..];
            }
        }

        public void Dispose()
        {
            _reader.Dispose();
            _answer.Dispose();
        }

        private async Task<string> ReadLineAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(TimeSpan.FromSeconds(90));
            return await _reader.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("the stream ended");
        }
    }
}
