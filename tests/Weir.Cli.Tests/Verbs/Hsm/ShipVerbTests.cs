using System.Text.Json;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs.Hsm;

public sealed class ShipVerbTests : FeedFixture
{
    private string Mdts => Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "mdt");

    private string Glob => Path.Combine(Mdts, "*", "hsm", "actions");

    [Fact]
    public async Task Once_ships_what_the_files_hold_and_the_next_time_nothing()
    {
        WriteActions("fs-MDT0000", 3);
        WriteActions("fs-MDT0001", 2);
        Outcome first = await ShipAsync();
        Assert.Equal((0, ""), (first.ExitCode, first.Out));
        Assert.Contains("5 events", first.Error, StringComparison.Ordinal);
        string[] records = (await RunAsync("feed", "read", "hsm:actions:fs-MDT0000")).Lines;
        Assert.All(records, line => Assert.Equal(["NEW", "fs-MDT0000"], line.Split('\t')[1..3]));
        Assert.Equal(3, records.Length);
        Assert.True(File.Exists(Path.Combine(FeedDirectory, "hsm", "ship.snapshot")));
        Assert.Contains("0 events", (await ShipAsync()).Error, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync("feed", "read", "hsm:actions:fs-MDT0000")).Lines.Length);
    }

    [Fact]
    public async Task Layout_topic_and_snapshot_are_where_the_options_say()
    {
        WriteActions("fs-MDT0000", 1);
        WriteActions("fs-MDT0001", 1);
        string snapshot = Path.Combine(Mdts, "elsewhere", "s");
        Assert.Equal(0, (await ShipAsync("--layout", "single", "--topic", "site:actions", "--snapshot", snapshot)).ExitCode);
        Assert.Equal(2, (await RunAsync("feed", "read", "site:actions")).Lines.Length);
        Assert.True(File.Exists(snapshot));
        Assert.False(Directory.Exists(Path.Combine(FeedDirectory, "hsm")));
    }

    [Fact]
    public async Task The_Python_shippers_file_and_options_are_taken()
    {
        WriteActions("fs-MDT0000", 1);
        string file = Path.Combine(Mdts, "hsm_action_shipper.yaml");
        await File.WriteAllTextAsync(
            file,
            $"redis_host: nowhere\nredis_stream_name: old:actions\nmdt_watch_glob: {Glob}\ncache_path: {Path.Combine(Mdts, "cache")}\nlog_level: ERROR\ntrim_chunk_size: 5\n",
            TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("hsm", "ship", "-c", file, "--run-once", "--feed", $"file:{FeedDirectory}");
        Assert.Equal((0, $"weir: note: {file}:6: trim_chunk_size has no effect: a trim is exact, and the feed decides how it goes about it\n"), (outcome.ExitCode, outcome.Error));
        using JsonDocument topic = JsonDocument.Parse((await RunAsync("feed", "topics", "--json")).Out);
        Assert.Equal("old:actions", topic.RootElement.GetProperty("topic").GetString());
        Assert.True(File.Exists(Path.Combine(Mdts, "cache")));
    }

    [Fact]
    public async Task The_level_on_the_command_line_goes_before_the_files()
    {
        WriteActions("fs-MDT0000", 1);
        string file = Path.Combine(Mdts, "hsm_action_shipper.yaml");
        await File.WriteAllTextAsync(file, $"mdt_watch_glob: {Glob}\nlog_level: ERROR\n", TestContext.Current.CancellationToken);
        Assert.Equal("", (await RunAsync("hsm", "ship", "-c", file, "--once")).Error);
        Assert.Contains("weir: info: 1 file, ", (await RunAsync("hsm", "ship", "-c", file, "--once", "--log-level", "info")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_go_to_a_log_file_where_one_is_named()
    {
        WriteActions("fs-MDT0000", 1);
        string log = Path.Combine(Mdts, "ship.log");
        Outcome outcome = await ShipAsync("--log-file", log);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: 1 file, [^\n]+\n$", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
        outcome = await ShipAsync("--log-file", Mdts);
        Assert.StartsWith($"weir: warning: the log file {Mdts} cannot be written: ", outcome.Error);
        Assert.Contains("weir: info: 1 file, ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_now_trims_what_no_live_action_needs_and_ends()
    {
        WriteActions("fs-MDT0000", 3);
        await ShipAsync();
        WriteActions("fs-MDT0000", 0);
        Outcome outcome = await RunAsync("hsm", "ship", "--maintenance-now", "--actions", Glob);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("6 records below", outcome.Error, StringComparison.Ordinal);
        Assert.Empty((await RunAsync("feed", "read", "hsm:actions:fs-MDT0000")).Lines);
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_is_said_and_purges_nothing()
    {
        WriteActions("fs-MDT0000", 2);
        await ShipAsync();
        Directory.Delete(Path.Combine(Mdts, "fs-MDT0000"), recursive: true);
        Outcome outcome = await ShipAsync();
        Assert.Contains("weir: warning: No file matches ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["NEW", "NEW"], (await RunAsync("feed", "read", "hsm:actions:fs-MDT0000")).Lines.Select(line => line.Split('\t')[1]));
        Assert.Contains("SOURCE_LOST", Assert.Single((await RunAsync("feed", "read", "hsm:sources")).Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_that_cannot_be_written_fails_with_the_reason()
    {
        WriteActions("fs-MDT0000", 1);
        await File.WriteAllTextAsync(FeedDirectory, "a file, not a directory", TestContext.Current.CancellationToken);
        Outcome outcome = await ShipAsync();
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.Contains($"weir: Cannot open topic 'hsm:actions:fs-MDT0000' for writing in {FeedDirectory}", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--layout", "both", "--layout: 'both' is neither per-mdt nor single.")]
    [InlineData("--poll-interval", "often", "--poll-interval: 'often' is not a duration such as 500ms, 20s, 5m, 6h or 7d (a plain number is seconds).")]
    [InlineData("--actions", "", "--actions: a path is expected.")]
    [InlineData("--snapshot", "", "--snapshot: a path is expected.")]
    [InlineData("--topic", "", "--topic: a topic's name cannot be empty.")]
    [InlineData("--feed", "here", "--feed: 'here' is not a feed URL; did you mean 'file:here'?")]
    public async Task A_wrong_option_is_named_and_nothing_done(string option, string value, string message)
    {
        Outcome outcome = await RunAsync("hsm", "ship", "--once", option, value);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.Equal($"weir: {message}\nweir: 'weir hsm ship --help' explains how it is used.\n", outcome.Error);
    }

    private Task<Outcome> ShipAsync(params string[] options) => RunAsync(["hsm", "ship", "--once", "--actions", Glob, .. options]);

    private void WriteActions(string mdt, int count) => ActionFiles.Write(Mdts, mdt, count);
}
