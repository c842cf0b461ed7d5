using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Security;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Http;

/// <summary>Who did what by HTTP stands on the topic <c>audit</c>.</summary>
public sealed class AuditTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_call_that_changes_something_is_told_before_it_is_answered_and_no_other_is()
    {
        await using var daemon = new TestDaemon { AuthLines = "  loopback: token\n" };
        TokenFile.Write(daemon.Tokens,
        [
            Weir.Server.Security.Token.Create("watcher", AccessRole.Viewer, DateTimeOffset.UnixEpoch, out string viewerText),
            Weir.Server.Security.Token.Create("worker", AccessRole.Operator, DateTimeOffset.UnixEpoch, out string operatorText),
        ]);
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        using HttpClient nobody = daemon.Client(), viewer = daemon.Client(viewerText), worker = daemon.Client(operatorText);
        var expected = new List<string>();
        async Task CallAsync(HttpClient client, HttpMethod method, string path, string? body, HttpStatusCode status, string? told)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
            using HttpResponseMessage answer = await client.SendAsync(request, Token);
            Assert.Equal((path, status), (path, answer.StatusCode));
            if (told is not null) expected.Add(told);
            Assert.Equal(expected, await ReadAsync(feed));
        }

        await CallAsync(worker, HttpMethod.Put, "/v1/feeds/consumers/c", """{"topics":["t"]}""", HttpStatusCode.OK, "registerConsumer worker operator PUT /v1/feeds/consumers/c 200");
        await CallAsync(worker, HttpMethod.Put, "/v1/feeds/consumers/c", """{"topics":["u"]}""", HttpStatusCode.Conflict, "registerConsumer worker operator PUT /v1/feeds/consumers/c 409");
        await CallAsync(viewer, HttpMethod.Delete, "/v1/feeds/consumers/c", null, HttpStatusCode.Forbidden, "unregisterConsumer watcher viewer DELETE /v1/feeds/consumers/c 403");
        await CallAsync(nobody, HttpMethod.Delete, "/v1/feeds/consumers/c", null, HttpStatusCode.Unauthorized, null);
        await CallAsync(viewer, HttpMethod.Get, "/v1/feeds/consumers/c", null, HttpStatusCode.OK, null);
        await CallAsync(worker, HttpMethod.Get, "/v1/feeds/consumers/c/records", null, HttpStatusCode.OK, null);
        await CallAsync(worker, HttpMethod.Post, "/v1/feeds/consumers/c/ack", """{"topic":"t","id":"1-1"}""", HttpStatusCode.Conflict, null);
        await CallAsync(worker, HttpMethod.Delete, "/v1/feeds/consumers/c?why=done", null, HttpStatusCode.NoContent, "unregisterConsumer worker operator DELETE /v1/feeds/consumers/c?why=done 204");
    }

    [Fact]
    public async Task What_cannot_be_told_there_is_told_in_the_log_and_done()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var other = new LogEngine(new() { Directory = daemon.Feed });

        // Another process has the topic.
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, "{}"u8);
        await other.AppendAsync("audit", batch, default, Token);
        using HttpClient client = daemon.Client();
        using HttpResponseMessage answer = await client.PutAsync("/v1/feeds/consumers/c", new StringContent("""{"topics":["t"]}"""), Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("registerConsumer at /v1/feeds/consumers/c by 'loopback' (status 200)", await daemon.Log.WhenAsync(9036), StringComparison.Ordinal);
    }

    private static async Task<List<string>> ReadAsync(LogEngine feed)
    {
        var told = new List<string>();
        await using ITopicCursor cursor = feed.OpenCursor("audit", RecordId.Zero);
        foreach (RecordView record in await cursor.ReadAsync(Token))
        {
            using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
            JsonElement data = document.RootElement;
            Assert.Equal("127.0.0.1", data.GetProperty("remote").GetString());
            Assert.Equal(Encoding.UTF8.GetString(record.Subject), data.GetProperty("caller").GetString());
            told.Add($"{Encoding.UTF8.GetString(record.Type)} {Encoding.UTF8.GetString(record.Subject)} {data.GetProperty("role").GetString()} {data.GetProperty("method").GetString()} {data.GetProperty("path").GetString()} {data.GetProperty("status").GetInt32()}");
        }

        return told;
    }
}
