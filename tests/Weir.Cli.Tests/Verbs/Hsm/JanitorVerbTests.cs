using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Hsm;

public sealed class JanitorVerbTests : ActionFeed
{
    [Fact]
    public async Task A_dry_run_says_what_and_why_and_changes_nothing()
    {
        await AppendAsync(Topic, New(1), New(2), Purged(1));
        Outcome outcome = await RunAsync("hsm", "janitor", "--once", "--dry-run");
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith($"{Topic}: 1 records would be removed below ", outcome.Out);
        Assert.Contains("because lab-MDT0000 ARCHIVE WAITING of 0x200000401:0x2:0x0 is live", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("feed", "read", Topic)).Lines.Length);
    }

    [Fact]
    public async Task A_round_removes_it_and_its_report_is_one_json_object()
    {
        await AppendAsync(Topic, New(1), New(2), Purged(1));
        Outcome outcome = await RunAsync("hsm", "janitor", "--run-once", "--json");
        JsonElement report = JsonDocument.Parse(outcome.Out).RootElement;
        Assert.Equal((1, 1), (report.GetProperty("removed").GetInt32(), report.GetProperty("live").GetInt32()));
        Assert.Equal("live-action", report.GetProperty("topics")[0].GetProperty("held_by").GetString());
        Assert.Equal(2, (await RunAsync("feed", "read", Topic)).Lines.Length);
    }

    [Fact]
    public async Task The_original_configuration_and_options_are_taken()
    {
        await AppendAsync("hsm:other", New(1), New(1, "SUCCEED"), Purged(1));
        string file = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "hsm_stream_janitor.yaml");
        await File.WriteAllTextAsync(
            file, "redis_stream_name: hsm:other\noperation_interval_seconds: 60\nstale_action_timeout_seconds: 86400\nlog_level: INFO\nxdel_reaped: true\n", TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("hsm", "janitor", "-c", file, "--run-once", "--log-level", "INFO");
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("hsm:other: 3 records removed", outcome.Out);
        Assert.Contains("xdel_reaped: records of stale actions are not deleted one by one", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--interval", "soon")]
    [InlineData("--stale-timeout", "-5")]
    public async Task A_duration_that_is_none_is_wrong_usage(string option, string value)
    {
        await AppendAsync(Topic, New(1));
        Outcome outcome = await RunAsync("hsm", "janitor", "--once", option, value);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(option, outcome.Error, StringComparison.Ordinal);
    }
}
