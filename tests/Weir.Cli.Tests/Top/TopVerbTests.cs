using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weir.Cli.Tests.Top;

public sealed partial class TopVerbTests
{
    [Fact]
    public async Task One_plain_frame_has_the_shape_of_the_python_viewers()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "STARTED", 1, 13_365);
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "SUCCEED", 20_001, 140);
        await feed.TellAsync("elm-MDT0003", "RESTORE", "WAITING", 1, 4);
        foreach (string once in (string[])["--once", "--run-once"])
        {
            Outcome outcome = await RunAsync(feed, once);
            Assert.Equal(0, outcome.ExitCode);
            Assert.Equal("", outcome.Error);
            string[] lines = outcome.Out.Split('\n');
            Assert.Equal("--- Lustre HSM Action Dashboard ---", lines[0]);
            Assert.Matches(@"^Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| Feed: file:", lines[1]);
            Assert.Equal("Viewer Status: Replay complete (13,509 events).", lines[2]);
            Assert.Matches(@"^Live Actions: 13,509 \| Last Event: \d+s ago$", lines[3]);
            Assert.Equal(
                [
                    "",
                    "--- Live Action Count by (MDT, Action, Status) ---",
                    "MDT         | ACTION  | STATUS     |      COUNT DIFF      ",
                    "----------------------------------------------------------",
                    "elm-MDT0000 | ARCHIVE | STARTED    |     13,365 ",
                    "elm-MDT0000 | ARCHIVE | SUCCEED    |        140 ",
                    "elm-MDT0003 | RESTORE | WAITING    |          4 ",
                    "",
                ],
                lines[4..12]);
        }
    }

    [Fact]
    public async Task What_the_python_viewer_does_not_know_follows()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "STARTED", 1, 2, TimeSpan.FromMinutes(45), archive: 3);
        await feed.TellAsync("elm-MDT0000", "RESTORE", "WAITING", 5, 1, TimeSpan.FromHours(5));
        await feed.LoseAsync("elm-MDT0007", "mds7");
        Outcome outcome = await RunAsync(feed, "--once", "--stuck-after", "30m");
        Assert.Contains("Waiting: 1 | Started: 2 | Failed: 0 | Stuck (started > 30m): 2", outcome.Lines);
        Assert.True(outcome.Lines.Any(line => Rates().IsMatch(line)), outcome.Out);
        Assert.Contains("Waiting 5h: elm-MDT0000 RESTORE 0x200000401:0x5:0x0 archive 1", outcome.Lines);
        Assert.Contains("Stuck 45m: elm-MDT0000 ARCHIVE 0x200000401:0x1:0x0 archive 3", outcome.Lines);
        Assert.Contains("Stuck 45m: elm-MDT0000 ARCHIVE 0x200000401:0x2:0x0 archive 3", outcome.Lines);
        Assert.True(outcome.Lines.Any(line => Lost().IsMatch(line)), outcome.Out);
    }

    [Fact]
    public async Task Filters_groups_and_order_are_options()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "STARTED", 1, 2);
        await feed.TellAsync("elm-MDT0001", "ARCHIVE", "WAITING", 1, 3, archive: 2);
        await feed.TellAsync("elm-MDT0001", "RESTORE", "WAITING", 11, 4, archive: 2);
        Assert.Equal(["elm-MDT0001 | RESTORE | WAITING    |          4 "], Rows(await RunAsync(feed, "--once", "--mdt", "MDT0001", "--action", "restore,remove")));
        Assert.Equal(["elm-MDT0000 | ARCHIVE | STARTED    |          2 "], Rows(await RunAsync(feed, "--once", "--status", "FAILED", "--status", "START*")));
        Assert.Equal(["elm-MDT0001 |          7 ", "elm-MDT0000 |          2 "], Rows(await RunAsync(feed, "--once", "--group", "mdt", "--sort", "count")));
        Assert.Equal(
            ["1       | ARCHIVE | STARTED    |          2 ", "2       | ARCHIVE | WAITING    |          3 ", "2       | RESTORE | WAITING    |          4 "],
            Rows(await RunAsync(feed, "--once", "--group", "archive")));
        Outcome none = await RunAsync(feed, "--once", "--mdt", "MDT0009");
        Assert.Contains("No live action passes the filter.", none.Lines);
        Assert.Contains("Live Actions: 0 of 9 |", none.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_a_frame_is_one_object()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "STARTED", 1, 2, TimeSpan.FromHours(2), archive: 3);
        await feed.TellAsync("elm-MDT0000", "RESTORE", "WAITING", 5);
        await feed.LoseAsync("elm-MDT0007", "mds7");
        Outcome outcome = await RunAsync(feed, "--once", "--json");
        using var json = JsonDocument.Parse(outcome.Out);
        JsonElement root = json.RootElement;
        Assert.Equal(3, root.GetProperty("live_actions").GetInt64());
        Assert.Equal(3, root.GetProperty("events_replayed").GetInt64());
        Assert.InRange(root.GetProperty("last_event").GetProperty("age_seconds").GetInt64(), 0, 60);
        Assert.Equal(2, root.GetProperty("totals").GetProperty("stuck").GetInt64());
        JsonElement row = root.GetProperty("rows")[0];
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 2", $"{row.GetProperty("mdt")} {row.GetProperty("action")} {row.GetProperty("status")} {row.GetProperty("count")}");
        JsonElement stuck = root.GetProperty("stuck")[0];
        Assert.Contains(stuck.GetProperty("fid").GetString(), (string[])["0x200000401:0x1:0x0", "0x200000401:0x2:0x0"]);
        Assert.Equal(3, stuck.GetProperty("archive").GetInt32());
        Assert.InRange(stuck.GetProperty("age_seconds").GetInt64(), 7200, 7260);
        Assert.Equal("elm-MDT0007", root.GetProperty("lost_sources")[0].GetProperty("mdt").GetString());
        Assert.Equal("0x200000401:0x5:0x0", root.GetProperty("oldest_waiting")[0].GetProperty("fid").GetString());
    }

    [Fact]
    public async Task Names_in_the_feed_do_not_reach_the_terminal_as_they_are()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm\e]0;pwned\a-MDT0000", "ARCHIVE", "WAITING", 1, topic: "hsm:actions");
        Outcome outcome = await RunAsync(feed, "--once");
        Assert.Contains("elm?]0;pwned?-MDT0000 | ARCHIVE | WAITING    |          1 ", outcome.Lines);
        Assert.DoesNotContain(outcome.Out, character => char.IsControl(character) && character != '\n');
    }

    [Fact]
    public async Task Topics_of_another_prefix_can_be_looked_at()
    {
        await using var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "WAITING", 1, topic: "old:actions:elm-MDT0000");
        await feed.TellAsync("elm-MDT0001", "ARCHIVE", "WAITING", 1);
        Assert.Equal(["elm-MDT0000 | ARCHIVE | WAITING    |          1 "], Rows(await RunAsync(feed, "--once", "--stream-prefix", "old:actions")));
    }

    [Fact]
    public async Task A_feed_without_actions_is_no_error()
    {
        await using var feed = new ActionFeed();
        await feed.LoseAsync("elm-MDT0000", "mds0");
        Outcome outcome = await RunAsync(feed, "--once");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Live Actions: 0 | Last Event: none yet", outcome.Lines);
        Assert.Contains("No live actions.", outcome.Lines);
    }

    [Theory]
    [InlineData("--json goes with --once", "--json")]
    [InlineData("--group: 'mdts' is none of state, mdt, archive, action; did you mean 'mdt'?", "--group", "mdts")]
    [InlineData("--sort: '1' is none of name, count, diff, rate, oldest", "--sort", "1")]
    [InlineData("--interval: 'soon' is not a duration", "--interval", "soon")]
    [InlineData("--interval: '10ms' is less than 100ms", "--interval", "10ms")]
    [InlineData("--stuck-after: '5s' is less than 1m", "--stuck-after", "5s")]
    public async Task What_cannot_be_meant_is_refused(string message, params string[] words)
    {
        Outcome outcome = await new TestTerminal().RunAsync(["hsm", "top", "--feed", "file:/nonexistent", .. words]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    private static Task<Outcome> RunAsync(ActionFeed feed, params string[] words) =>
        new TestTerminal().RunAsync(["hsm", "top", "--feed", feed.Url, .. words]);

    private static string[] Rows(Outcome outcome) =>
        [.. outcome.Out.Split('\n').SkipWhile(line => !line.StartsWith("-----", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Length > 0)];

    /// <summary>Three events in a minute are just at the edge of what is printed as 0.1, and those of the second that is not over do not count yet.</summary>
    [GeneratedRegex(@"^Last minute, per second: <?0\.1 events, <?0\.1 new,")]
    private static partial Regex Rates();

    [GeneratedRegex(@"^Lost: elm-MDT0007, no source since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+s ago\), says mds7$")]
    private static partial Regex Lost();
}
