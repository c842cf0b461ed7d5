using System.Text.Json;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Lab.Time;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class CopyVerbTests : FeedFixture
{
    private string From => $"file:{FeedDirectory}";

    private string To => $"file:{FeedDirectory}-copy";

    [Fact]
    public async Task A_feed_is_copied_whole_and_again_only_what_is_new()
    {
        string[] ids = await FillAsync("site:a", 3);
        await FillAsync("site:b", 2);
        Outcome first = await RunAsync("feed", "copy", "--from", From, "--to", To);
        Assert.Equal((0, "", $"site:a: 3 records copied, up to {ids[^1]}"), (first.ExitCode, first.Error, first.Lines[0]));
        Assert.Equal((await RunAsync("feed", "read", "site:a", "--json")).Out, (await RunAsync("feed", "read", "site:a", "--json", "--feed", To)).Out);

        await FillAsync("site:a", 1);
        Outcome second = await RunAsync("feed", "copy", "--from", From, "--to", To, "--json");
        using JsonDocument a = JsonDocument.Parse(second.Lines[0]), b = JsonDocument.Parse(second.Lines[1]);
        Assert.Equal((1, 0), (a.RootElement.GetProperty("records").GetInt32(), b.RootElement.GetProperty("records").GetInt32()));
        Assert.Equal(0, b.RootElement.GetProperty("gaps").GetArrayLength());
        Assert.Equal((await RunAsync("feed", "read", "site:a", "--json")).Out, (await RunAsync("feed", "read", "site:a", "--json", "--feed", To)).Out);
    }

    [Fact]
    public async Task Only_the_topics_that_are_named_are_copied()
    {
        foreach (string topic in (string[])["site:a", "site:b", "other"]) await FillAsync(topic, 1);
        Assert.Equal(0, (await RunAsync("feed", "copy", "site:*", "--from", From, "--to", To)).ExitCode);
        Assert.Equal(["site:a", "site:b"], await TopicsAsync(To));
        Outcome missing = await RunAsync("feed", "copy", "site:c", "--from", From, "--to", To);
        Assert.Equal((1, ""), (missing.ExitCode, missing.Out));
        Assert.StartsWith($"weir: There is no topic 'site:c' in ", missing.Error);
        Assert.Equal(0, (await RunAsync("feed", "copy", "none:*", "--from", From, "--to", To)).ExitCode);
    }

    [Fact]
    public async Task A_topic_that_is_no_copy_is_left_alone()
    {
        await FillAsync("site:a", 2);
        Terminal.Variables["WEIR_FEED"] = To;
        string[] theirs = await FillAsync("site:a", 1);
        Outcome outcome = await RunAsync("feed", "copy", "--from", From, "--to", To);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.Contains("no copy", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(theirs, (await RunAsync("feed", "read", "site:a")).Lines.Select(line => line.Split('\t')[0]));
    }

    [Fact]
    public async Task Damaged_records_are_named_and_the_others_copied()
    {
        string[] ids = await FillAsync("site:a", 3);
        byte[] segment = await File.ReadAllBytesAsync(Segment("site:a"), TestContext.Current.CancellationToken);
        int middle = segment.AsSpan().IndexOf("{\"n\":2}"u8);
        segment[middle + 5] = (byte)'7';
        await File.WriteAllBytesAsync(Segment("site:a"), segment, TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("feed", "copy", "--from", From, "--to", To);
        Assert.Equal((3, $"site:a: 2 records copied, up to {ids[2]}\n"), (outcome.ExitCode, outcome.Out));
        Assert.Contains(ids[1], outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_meant_is_wrong_usage()
    {
        await FillAsync("site:a", 1);
        Assert.Equal(2, (await RunAsync("feed", "copy", "--from", From)).ExitCode);
        Assert.Equal(2, (await RunAsync("feed", "copy", "--to", To)).ExitCode);
        Assert.Equal(2, (await RunAsync("feed", "copy", "--from", From, "--to", From)).ExitCode);
        Assert.Equal(2, (await RunAsync("feed", "copy", "--from", From, "--to", "somewhere")).ExitCode);
        Assert.Equal(2, (await RunAsync("feed", "copy", "", "--from", From, "--to", To)).ExitCode);
        Assert.Equal(1, (await RunAsync("feed", "copy", "--from", To, "--to", From)).ExitCode);
    }

    [Fact]
    public void The_time_left_goes_by_the_last_seconds_and_is_told_only_where_it_is_known()
    {
        var time = new ManualTimeProvider();
        var progress = new CopyProgress("t", 10_000, time);
        Assert.Equal("copying t: 0 of 10,000 records", progress.Line(0));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("copying t: 1,000 of 10,000 records", progress.Line(1_000));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("copying t: 2,000 of 10,000 records, 1,000 a second, about 8 s left", progress.Line(2_000));

        // Slower from now on: after ten seconds nothing of the old rate is left.
        for (int i = 1; i <= 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            progress.Line(2_000 + 10 * i);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("copying t: 2,110 of 10,000 records, 10 a second, about 13 min left", progress.Line(2_110));
        for (int i = 0; i < 12; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            progress.Line(2_110);
        }

        Assert.Equal("copying t: 2,110 of 10,000 records, waiting", progress.Line(2_110));
    }

    [Fact]
    public void More_than_was_there_at_the_beginning_has_no_time_left()
    {
        var time = new ManualTimeProvider();
        var grown = new CopyProgress("t", 100, time);
        var unknown = new CopyProgress("t", null, time);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("copying t: 400 of 100 records, 100 a second", grown.Line(400));
        Assert.Equal("copying t: 400 records, 100 a second", unknown.Line(400));
    }

    [Fact]
    public void What_is_missing_is_known_where_both_begin_with_the_same_record()
    {
        static TopicInfo Topic(ulong first, ulong last, long count) => new("t", new(first, 0), new(last, 0), count, 0, "");
        Assert.Equal(9, CopyProgress.Missing(Topic(1, 9, 9), null));
        Assert.Equal(5, CopyProgress.Missing(Topic(1, 9, 9), Topic(1, 4, 4)));
        Assert.Equal(0, CopyProgress.Missing(Topic(5, 9, 5), Topic(1, 9, 9)));
        Assert.Equal(5, CopyProgress.Missing(Topic(5, 9, 5), Topic(1, 3, 3)));
        Assert.Null(CopyProgress.Missing(Topic(5, 9, 5), Topic(1, 6, 6)));
    }

    private async Task<string[]> TopicsAsync(string feed) =>
        [.. (await RunAsync("feed", "topics", "--feed", feed, "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("topic").GetString()!)];
}
