using System.Text;
using System.Text.Json;
using Weir.Cli.Tests.Processes;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Feed.Redis;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>Feeds that move between engines by 'weir feed copy', which is killed on the way.</summary>
public sealed class FeedCopyTests : IAsyncLifetime
{
    private const int Records = 60_000;
    private const string Topic = "site:events";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-feed-copy-");
    private RedisServer _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("KILL", 128 + 9)]
    [InlineData("TERM", 128 + 15)]
    public async Task A_feed_moves_to_Redis_and_back_although_each_copy_is_stopped_on_the_way(string signal, int code)
    {
        await using (LogEngine source = Log("source"))
        {
            await FillAsync(source);
            await source.AppendAsync("hsm:actions:fs-MDT0000", Event(), default, Cancellation);
            await source.WritePositionAsync(Topic, "reader", new(77, 0), Cancellation);
        }

        await using RedisEngine redis = new(new() { Url = RedisUrl.Parse(_redis.Url) });
        await StopOnTheWayAsync(url => ["--from", Url("source"), "--to", url], signal, code);
        Assert.InRange((await redis.DescribeAsync(Topic, Cancellation))!.Count, 1, Records - 1);
        await FinishAsync(Url("source"), _redis.Url);
        await StopOnTheWayAsync(url => ["--from", url, "--to", Url("target")], signal, code);
        await FinishAsync(_redis.Url, Url("target"));

        await using LogEngine from = Log("source");
        await using LogEngine to = Log("target");
        foreach (string topic in (string[])[Topic, "hsm:actions:fs-MDT0000"])
        {
            List<string> expected = await RecordsAsync(from, topic);
            Assert.Equal(expected, await RecordsAsync(redis, topic));
            Assert.Equal(expected, await RecordsAsync(to, topic));
        }

        Assert.Equal(new RecordId(77, 0), await redis.ReadPositionAsync(Topic, "reader", Cancellation));
        Assert.Equal(new RecordId(77, 0), await to.ReadPositionAsync(Topic, "reader", Cancellation));
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_the_copy_with_a_message_and_exit_code_1()
    {
        await using (LogEngine source = Log("source")) await source.AppendAsync(Topic, Event(), default, Cancellation);
        await _redis.KillAsync();
        using var copy = new WeirProcess("file:/nowhere", "feed", "copy", "--from", Url("source"), "--to", _redis.Url);
        Task<string> messages = copy.Error.ReadToEndAsync(Cancellation);
        Assert.Equal("", await copy.Out.ReadToEndAsync(Cancellation));
        Assert.Equal(1, await copy.WaitForExitAsync());
        Assert.Contains(_redis.Url, await messages, StringComparison.Ordinal);
    }

    /// <summary>Stops a copy between a directory and the server when two thirds of the records are over.</summary>
    private async Task StopOnTheWayAsync(Func<string, string[]> feeds, string signal, int code)
    {
        await using var proxy = new HoldingProxy(_redis.Port, 45_000_000);
        using var copy = new WeirProcess("file:/nowhere", ["feed", "copy", Topic, .. feeds(proxy.Url)]);
        Task<string> messages = copy.Error.ReadToEndAsync(Cancellation);
        await proxy.Held.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await copy.SignalAsync(signal);
        int exitCode = await copy.WaitForExitAsync();
        Assert.True(exitCode == code, $"exit code {exitCode}: {await messages}");
    }

    private static async Task FinishAsync(string from, string to)
    {
        using var copy = new WeirProcess("file:/nowhere", "feed", "copy", "--from", from, "--to", to, "--json");
        Task<string> messages = copy.Error.ReadToEndAsync(Cancellation);
        string[] lines = (await copy.Out.ReadToEndAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int exitCode = await copy.WaitForExitAsync();
        Assert.True(exitCode == 0, $"exit code {exitCode}: {await messages}");
        Assert.Equal(2, lines.Length);
        using JsonDocument report = JsonDocument.Parse(lines.Single(line => line.Contains(Topic, StringComparison.Ordinal)));
        Assert.InRange(report.RootElement.GetProperty("records").GetInt64(), 1, Records - 1);
        Assert.Equal($"{Records}-0", report.RootElement.GetProperty("last_id").GetString());
    }

    private static async Task FillAsync(LogEngine engine)
    {
        var batch = new RecordBatch();
        byte[] data = Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('x', 1000)}\"}}");
        for (int i = 1; i <= Records; i++)
        {
            batch.Add(new((ulong)i, 0), "EVENT"u8, "source"u8, Encoding.UTF8.GetBytes($"subject {i}"), data);
            if (i % 5_000 != 0) continue;
            await engine.AppendAsync(Topic, batch, default, Cancellation);
            batch.Clear();
        }
    }

    private static RecordBatch Event()
    {
        var batch = new RecordBatch();
        batch.Add(new(5, 1), "NEW"u8, "fs-MDT0000"u8, "0x1:0x2:0x0"u8, """{"event_type":"NEW","fid":"0x1:0x2:0x0","mdt":"fs-MDT0000"}"""u8);
        return batch;
    }

    private string Url(string name) => $"file:{Path.Combine(_directory.FullName, name)}";

    private LogEngine Log(string name) => new(new() { Directory = Path.Combine(_directory.FullName, name) });

    private static async Task<List<string>> RecordsAsync(IFeedEngine engine, string topic)
    {
        var records = new List<string>();
        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
                records.Add($"{record.Id} {Encoding.UTF8.GetString(record.Type)} {Encoding.UTF8.GetString(record.Source)} {Encoding.UTF8.GetString(record.Subject)} {Encoding.UTF8.GetString(record.Data)}");
        }

        return records;
    }
}
