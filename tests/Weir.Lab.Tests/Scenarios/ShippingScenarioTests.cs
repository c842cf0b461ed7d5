using Weir.Lab.Scenarios;
using Weir.Lab.Tests.Mdt;

namespace Weir.Lab.Tests.Scenarios;

public class ShippingScenarioTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_short_scenario_ends_without_a_difference_and_has_met_with_everything(int seed)
    {
        using var directory = new LabDirectory();
        var scenario = new ShippingScenario(new() { Directory = directory.Path, Seed = seed });
        ShippingReport report = await scenario.RunAsync(TestContext.Current.CancellationToken);
        var summary = new StringWriter();
        report.WriteTo(summary);
        Assert.True(report.Succeeded, summary.ToString());
        Assert.True(report.Checks > 20 && report.Restarts > 2 && report.Events > 1000, summary.ToString());
        Assert.True(report.SourcesLost > 0 && report.SourcesBack > 0 && report.VanishedUnfinished > 0, summary.ToString());
        Assert.True(report.Counts is { ReusedIndices: > 0, TornFiles: > 0, LostLines: > 0, GarbageLines: > 0, Retries: > 0, CancelRequests: > 0 }, summary.ToString());
        Assert.Contains("no difference", summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_that_tells_what_is_not_so_fails_the_scenario()
    {
        using var directory = new LabDirectory();
        await using (var engine = new Feed.Log.LogEngine(new() { Directory = Path.Combine(directory.Path, "feed") }))
        {
            // An action of an MDT that is not in the cluster: no poll will ever contradict it.
            var batch = new Feed.RecordBatch();
            batch.Add("NEW"u8, "lab-MDT00ff"u8, "0x1:0x1:0x0"u8, """{"event_type":"NEW","action":"ARCHIVE","fid":"0x1:0x1:0x0","status":"WAITING","mdt":"lab-MDT00ff","cat_idx":1,"rec_idx":1}"""u8);
            await engine.AppendAsync("hsm:actions:lab-MDT00ff", batch, cancellationToken: TestContext.Current.CancellationToken);
        }

        var scenario = new ShippingScenario(new() { Directory = directory.Path, Length = TimeSpan.FromMinutes(2) });
        ShippingReport report = await scenario.RunAsync(TestContext.Current.CancellationToken);
        Assert.False(report.Succeeded);
        Assert.Contains("there is no such MDT", report.Failures[0], StringComparison.Ordinal);
    }
}
