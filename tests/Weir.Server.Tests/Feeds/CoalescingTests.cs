using System.Text.Json;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lustre.Changelog;
using Weir.Server.Tests.Feeds.Sockets;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Feeds;

/// <summary>Consumers that have their topics coalesced, by the doors of a daemon.</summary>
public sealed class CoalescingTests
{
    private const string Mdt = "elm-MDT0000";

    private static readonly string Topic = ChangelogTopic.Of(Mdt);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_the_socket_a_file_that_comes_and_goes_is_not_given()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        using FeedClient states = await FeedClient.ConnectAsync(daemon.Socket, $$"""{"consumer":"states","topics":["{{Topic}}"],"coalesce":true,"confirm":true}""");
        using FeedClient all = await FeedClient.ConnectAsync(daemon.Socket, $$"""{"consumer":"all","topics":["{{Topic}}"]}""");
        await states.ExpectAsync("ready");
        await all.ExpectAsync("ready");
        var batch = new RecordBatch();
        Add(batch, 1, ChangelogType.Create, 1, "f1");
        Add(batch, 2, ChangelogType.Unlink, 1, "f1", 1);
        Add(batch, 3, ChangelogType.Create, 2, "f2");
        await feed.AppendAsync(Topic, batch, default, Token);
        Assert.Equal(3, await IndexAsync(states));
        foreach (int index in (int[])[1, 2, 3]) Assert.Equal(index, await IndexAsync(all));

        // What was left out is acknowledged with what was given behind it.
        RecordId last = (await feed.DescribeAsync(Topic, Token))!.LastId;
        await states.SendAsync($$"""{"ack":"{{last}}"}""");
        await states.ExpectAsync("acked");
        Assert.Equal(last, await feed.ReadPositionAsync(Topic, "states", Token));
    }

    [Fact]
    public async Task By_HTTP_changes_of_one_file_are_given_once_and_the_consumer_says_so()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        using HttpClient client = daemon.Client();
        using HttpResponseMessage registered = await client.PutAsync("/v1/feeds/consumers/states", new StringContent($$"""{"topics":["{{Topic}}"],"coalesce":true}"""), Token);
        Assert.Contains("\"coalesce\":true", await registered.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using HttpResponseMessage plain = await client.PutAsync("/v1/feeds/consumers/all", new StringContent($$"""{"topics":["{{Topic}}"]}"""), Token);
        var batch = new RecordBatch();
        for (uint i = 1; i <= 5; i++) Add(batch, i, ChangelogType.SetAttributes, 1, "");
        await feed.AppendAsync(Topic, batch, default, Token);
        Assert.Equal("5", await ReadAsync(client, "states"));
        Assert.Equal("1 2 3 4 5", await ReadAsync(client, "all"));

        // Nothing is lost between reads that nobody acknowledged.
        Assert.Equal("5", await ReadAsync(client, "states"));
        using HttpResponseMessage wrong = await client.PutAsync("/v1/feeds/consumers/odd", new StringContent("""{"topics":["t"],"coalesce":1}"""), Token);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Theory]
    [InlineData("""{"topics":["t"],"coalesce":true}""")]
    [InlineData("""{"consumer":"c","coalesce":true}""")]
    [InlineData("""{"consumer":"c","topics":["t"],"coalesce":"yes"}""")]
    public async Task Only_who_registers_can_ask_for_it(string line)
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using FeedClient client = await FeedClient.ConnectAsync(daemon.Socket, line);
        Assert.Equal("bad_request", await client.ExpectErrorAsync());
    }

    private static async Task<int> IndexAsync(FeedClient client) => IndexOf(await client.ExpectAsync("event"));

    private static async Task<string> ReadAsync(HttpClient client, string consumer)
    {
        using JsonDocument batch = JsonDocument.Parse(await client.GetStringAsync($"/v1/feeds/consumers/{consumer}/records", Token));
        return string.Join(' ', batch.RootElement.EnumerateArray().Select(IndexOf));
    }

    private static int IndexOf(JsonElement found) => (int)RecordId.Parse(found.GetProperty("id").GetString()).Sequence;

    private static void Add(RecordBatch batch, ulong index, ChangelogType type, uint file, string name, ushort flags = 0)
    {
        var fields = new ChangelogFields
        {
            Type = type,
            Format = ChangelogFormat.Version,
            Index = index,
            Target = new(0x200000402, file, 0),
            Flags = flags,
            Parent = name.Length == 0 ? default : new(0x200000402, 0x100, 0),
            Name = System.Text.Encoding.UTF8.GetBytes(name),
        };
        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
        new ChangelogRecordWriter(Mdt).Write(batch, record, 1000);
    }
}
