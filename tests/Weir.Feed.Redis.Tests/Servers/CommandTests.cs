using System.Diagnostics;
using System.Text.RegularExpressions;
using Weir.Feed.Redis.Tests.Faults;

namespace Weir.Feed.Redis.Tests.Servers;

/// <summary>Nothing is sent that a server of version 6.2 does not know.</summary>
public sealed partial class CommandTests : FaultTest
{
    private static readonly CommandTable Table = new(File.ReadAllText(Path.Combine(Root(), "docs", "redis.md")));

    /// <summary>Sent in a Cluster, to Sentinels or to old servers only; and what MONITOR does not show.</summary>
    private static readonly string[] Elsewhere = ["CONFIG GET", "ASKING", "CLUSTER SLOTS", "ROLE", "SENTINEL GET-MASTER-ADDR-BY-NAME", "AUTH"];

    [Fact]
    public void The_table_has_nothing_newer_than_6_2()
    {
        Assert.True(Table.Names.Count > 20);
        Assert.All(Table.Versions, version => Assert.True(version <= new Version(6, 2), $"{version}"));
    }

    [Fact]
    public async Task All_that_the_engine_sends_is_in_the_table()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--user", "named", "on", ">secret", "~*", "&*", "+@all");
        using Process monitor = Process.Start(new ProcessStartInfo("redis-cli", ["-p", $"{redis.Port}", "MONITOR"]) { RedirectStandardOutput = true })!;
        Assert.Equal("OK", await monitor.StandardOutput.ReadLineAsync(Cancellation));
        await UseEverythingAsync($"redis://named:secret@127.0.0.1:{redis.Port}/3?wait=0");
        await UseEverythingAsync($"redis://127.0.0.1:{redis.Port}?action_prefix=a");
        await WaitForReplicasAsync($"redis://127.0.0.1:{redis.Port}?wait=1");
        await LookAtForeignGroupAsync(redis);
        await redis.CommandAsync("PING", "the end");

        var sent = new HashSet<string>(StringComparer.Ordinal);
        var data = new HashSet<string>(StringComparer.Ordinal) { "TT", "PAYLOAD" };
        while (await monitor.StandardOutput.ReadLineAsync(Cancellation) is { } line && !line.Contains("\"the end\"", StringComparison.Ordinal))
        {
            string[] words = [.. Quoted().Matches(line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..]).Select(match => match.Groups[1].Value)];
            if (words is [] or ["COMMAND", ..] or ["XREADGROUP", ..]) continue; // The test's own, by redis-cli.
            if (words is ["SCRIPT", "LOAD" or "load", ..]) words = words[..2];
            if (words is ["HELLO", ..]) words = [.. words.Where(word => word is not ("named" or "secret"))];
            string? complaint = Table.Complain(words, data);
            Assert.True(complaint is null, complaint);
            sent.Add(CommandTable.NameOf(words));
        }

        monitor.Kill();
        Assert.Empty(Table.Names.Except(sent).Except(Elsewhere));
    }

    [Fact]
    public void What_a_script_is_refused_on_6_2_is_understood()
    {
        var refused = Weir.Feed.Redis.Resp.RespErrorException.From("-OOM command not allowed when used memory > 'maxmemory'.  "u8);
        Assert.Equal(("OOM", "command not allowed when used memory > 'maxmemory'."), (refused.Code, refused.Detail));
        Assert.IsType<FeedFullException>(RedisFailure.Explain(refused, "append", "redis://x"));
    }

    private static async Task UseEverythingAsync(string url)
    {
        await using RedisEngine engine = Open(url);
        foreach (string topic in (string[])["t", "a"])
        {
            using IFeedWatch watch = engine.Watch(topic);
            await watch.WaitAsync(Cancellation);
            Task news = watch.WaitAsync(Cancellation).AsTask();
            await engine.AppendAsync(topic, Batch(own: false, 1), default, Cancellation);
            await news;
            await engine.AppendAsync(topic, Batch(own: false, 3), default, Cancellation);
            RecordId last = (await engine.DescribeAsync(topic, Cancellation))!.LastId;
            await engine.AppendAsync(topic, Batch(own: false, 2), new(AppendDurability.Durable, last), Cancellation);
            await engine.AppendAsync(topic, Batch(own: true, 2), new(AppendDurability.Buffered), Cancellation);
            await engine.SyncAsync(topic, Cancellation);
            await engine.AppendAsync(topic, Batch(own: true, 100, from: 2), new(ExpectedLastId: new(9_000_000_000_000, 1)), Cancellation);
            await ReadAsync(engine, topic);
            await engine.WritePositionAsync(topic, "reader", new(1, 0), Cancellation);
            await engine.WritePositionAsync(topic, "reader", new(2, 0), Cancellation);
            await engine.ReadPositionAsync(topic, "reader", Cancellation);
            await engine.ListPositionsAsync(topic, Cancellation);
            await engine.AdvancePositionAsync(topic, "reader", new(3, 0), Cancellation);
            await engine.AdvancePositionAsync(topic, "other", new(3, 0), Cancellation);
            await engine.MeasureAsync(topic, last, Cancellation);
            Assert.True(await engine.Documents.TryWriteAsync("notes", topic, "{}"u8.ToArray(), null, Cancellation));
            FeedDocument document = Assert.Single(await engine.Documents.ListAsync("notes", Cancellation));
            Assert.True(await engine.Documents.TryDeleteAsync("notes", document, Cancellation));
            await engine.WritePositionAsync(topic, "reader", null, Cancellation);
            await engine.TrimAsync(topic, last, Cancellation);
            Assert.Equal([topic], await engine.ListTopicsAsync(topic, Cancellation));
            Assert.True(await engine.DeleteTopicAsync(topic, Cancellation));
        }
    }

    private static async Task WaitForReplicasAsync(string url)
    {
        await using var engine = new RedisEngine(new() { Url = RedisUrl.Parse(url), WaitTimeout = TimeSpan.FromMilliseconds(50) });
        await Assert.ThrowsAnyAsync<FeedException>(() => engine.AppendAsync("t", Batch(own: true, 1), default, Cancellation).AsTask());
    }

    /// <summary>A group of another program's, with an entry that its member has not acknowledged.</summary>
    private static async Task LookAtForeignGroupAsync(RedisServer redis)
    {
        await using RedisEngine engine = Open(redis.Url);
        await engine.AppendAsync("f", Batch(own: true, 3), default, Cancellation);
        await engine.WritePositionAsync("f", "theirs", RecordId.Zero, Cancellation);
        await redis.CommandAsync("XREADGROUP", "GROUP", "theirs", "member", "COUNT", "2", "STREAMS", "f", ">");
        Assert.Equal(new RecordId(9_000_000_000_000, 0).Previous(), await engine.ReadPositionAsync("f", "theirs", Cancellation));
    }

    private static RecordBatch Batch(bool own, int count, ulong from = 0)
    {
        var batch = new RecordBatch();
        for (ulong i = from; i < from + (ulong)count; i++)
        {
            if (own) batch.Add(new(9_000_000_000_000, i), "TT"u8, "source"u8, "subject"u8, "PAYLOAD"u8);
            else batch.Add("TT"u8, "source"u8, "subject"u8, "PAYLOAD"u8);
        }

        return batch;
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Weir.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();
}
