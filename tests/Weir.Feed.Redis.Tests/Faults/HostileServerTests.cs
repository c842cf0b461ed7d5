using System.Text;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Servers that lie, or never come to an end: calls fail with a reason.</summary>
public sealed class HostileServerTests : FaultTest
{
    [Fact]
    public async Task A_server_that_trickles_is_given_up()
    {
        await using var server = new HostileServer(_ => Trickle("$1000000\r\n"), TimeSpan.FromMilliseconds(5));
        await using RedisEngine engine = Open(server.Url, patience: 2, reply: 0.5);
        var failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.DescribeAsync("t", Cancellation));
        Assert.Contains("hardly anything", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_only_pushes_is_given_up()
    {
        await using var server = new HostileServer(_ => For(int.MaxValue, ">2\r\n+message\r\n+nobody asked\r\n"), TimeSpan.FromMilliseconds(1));
        await using RedisEngine engine = Open(server.Url, patience: 2, reply: 0.5);
        var failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.DescribeAsync("t", Cancellation));
        Assert.True(failed.Message.Contains("owes a reply", StringComparison.Ordinal), failed.Message);
    }

    [Fact]
    public async Task A_server_that_answers_with_the_same_entries_for_ever_is_not_read_for_ever()
    {
        const string Entry = "*1\r\n*2\r\n$3\r\n5-0\r\n*2\r\n$4\r\ndata\r\n$2\r\n{}\r\n";
        await using var server = new HostileServer(_ => For(1, Entry));
        await using RedisEngine engine = Open(server.Url, patience: 2);
        await using ITopicCursor cursor = engine.OpenCursor("t", new(1, 0));
        Assert.Equal(1, (await cursor.ReadAsync(Cancellation)).Count);
        var failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await cursor.ReadAsync(Cancellation));
        Assert.True(failed.Message.Contains("higher id", StringComparison.Ordinal), failed.Message);
    }

    [Fact]
    public async Task A_scan_that_does_not_come_on_is_given_up()
    {
        await using var server = new HostileServer(_ => For(1, "*2\r\n$1\r\n7\r\n*1\r\n$1\r\na\r\n"));
        await using RedisEngine engine = Open(server.Url, patience: 2);
        var failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.ListTopicsAsync("", Cancellation));
        Assert.Contains("SCAN", failed.Message, StringComparison.Ordinal);
        failed = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.Documents.ListAsync("notes", Cancellation));
        Assert.Contains("notes", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":-5\r\n", ":16383\r\n", ":6379\r\n")]
    [InlineData(":0\r\n", ":99999\r\n", ":6379\r\n")]
    [InlineData(":0\r\n", ":9223372036854775807\r\n", ":6379\r\n")]
    [InlineData(":0\r\n", ":16383\r\n", ":0\r\n")]
    [InlineData(":0\r\n", ":16383\r\n", ":4294973675\r\n")]
    public async Task A_cluster_that_no_cluster_can_be_is_refused(string first, string last, string port)
    {
        await using var server = new HostileServer(_ => For(1, $"*1\r\n*3\r\n{first}{last}*2\r\n$9\r\n127.0.0.1\r\n{port}"));
        await using RedisEngine engine = Open(server.Url + "?mode=cluster", patience: 0.5);
        await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.DescribeAsync("t", Cancellation));
    }

    private static IEnumerable<byte[]> For(int times, string text)
    {
        byte[] piece = Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < times; i++) yield return piece;
    }

    private static IEnumerable<byte[]> Trickle(string text)
    {
        foreach (byte each in Encoding.UTF8.GetBytes(text)) yield return [each];
        while (true) yield return "x"u8.ToArray();
    }
}
