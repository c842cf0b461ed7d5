using System.Text.RegularExpressions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Metrics;

/// <summary>What a daemon measures of its feed.</summary>
public sealed partial class FeedMetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Appends_flushes_and_the_backlog_of_each_consumer_are_told()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        await using var feed = new LogEngine(new() { Directory = daemon.Feed });
        using HttpClient client = daemon.Client();
        using HttpResponseMessage registered = await client.PutAsync("/v1/feeds/consumers/slow", new StringContent("""{"topics":["t"]}"""), Token);
        var batch = new RecordBatch();
        for (int i = 0; i < 5; i++) batch.Add("T"u8, ""u8, ""u8, "{}"u8);
        await feed.AppendAsync("t", batch, default, Token);
        string text = await client.GetStringAsync("/metrics", Token);
        Assert.Contains("\nweir_feed_consumer_backlog_records{consumer=\"slow\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("\nweir_feed_consumer_aborted{consumer=\"slow\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\nweir_feed_consumers{state=\"active\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nweir_feed_consumer_backlog_bytes{consumer=\"slow\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\nweir_feed_consumer_backlog_seconds{consumer=\"slow\"} ", text, StringComparison.Ordinal);

        // Other tests of this process append too: at least these, in at least so many batches and flushes.
        Assert.True(ValueOf(text, "weir_feed_append_records_total") >= 5, text);
        Assert.True(ValueOf(text, "weir_feed_appends_total") >= 1, text);
        Assert.True(ValueOf(text, "weir_feed_append_bytes_total") > 0, text);
        Assert.True(ValueOf(text, """weir_feed_flush_seconds_count{of="records"}""") >= 1, text);
    }

    private static double ValueOf(string text, string series) => double.Parse(
        Line().Matches(text).Single(line => line.Groups[1].Value == series).Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([^# ].*) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
