using Weir.Cli.Running;
using Weir.Cli.Tests.Verbs.Hsm;

namespace Weir.Cli.Tests.Running;

/// <summary>The command lines and configuration files of the original tools, under their names.</summary>
public sealed class OriginalNamesTests : ActionFeed
{
    private string Root => Path.GetDirectoryName(FeedDirectory)!;

    /// <summary>Each with every option that the tool has, both spellings where it has two.</summary>
    public static TheoryData<string, string> CommandLines => new()
    {
        { "hsm-action-shipper", "-c {shipper} --run-once" },
        { "hsm-action-shipper", "--config {shipper2} --maintenance-now" },
        { "hsm-stream-janitor", "-c {janitor} --log-level DEBUG --dry-run --run-once --xdel-reaped" },
        { "hsm-stream-janitor", "--config {janitor} --log-level WARNING --run-once" },
        { "hsm-stream-reconciler", "--stream hsm:actions --glob {glob} --mdts fs-MDT0000 fs-MDT0001" },
        { "hsm-action-top", "--stream-prefix hsm:actions --interval 2 --run-once" },
        { "hsm-stream-stats", "-c {tail} --log-level INFO --log-file {log}" },
        { "hsm-stream-stats", "--config {tail} --log-level CRITICAL" },
        { "hsm-stream-tail", "-c {tail} --run-once --from-beginning --mountpoint /fs --stream-prefix hsm:actions --log-level ERROR --log-file {log} --show PURGED HEARTBEAT --hide STARTED WAITING" },
    };

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task Every_option_of_the_originals_works_under_their_names(string tool, string options)
    {
        await ShipAsync();
        Outcome outcome = await RunAsAsync(tool, options);
        Assert.True(outcome.ExitCode == 0, $"{tool} {options}: {outcome.ExitCode}\n{outcome.Error}");
        if (tool is not "hsm-action-shipper") Assert.NotEqual("", outcome.Out + (options.Contains("--hide", StringComparison.Ordinal) ? "hidden" : ""));
    }

    [Theory]
    [InlineData("hsm-stream-reconciler", "--glob {glob}")]
    [InlineData("hsm-action-top", "--run-once")]
    [InlineData("hsm-stream-tail", "--run-once")]
    public async Task Host_port_and_database_name_the_server(string tool, string options)
    {
        Terminal.Variables.Remove("WEIR_FEED");
        foreach (string redis in (string[])["--host h", "--port 6380", "--db 3"])
        {
            Outcome outcome = await RunAsAsync(tool, $"{options} {redis} --feed file:{FeedDirectory}");
            Assert.Equal(2, outcome.ExitCode);
            Assert.Contains("--feed and --host, --port or --db both name the feed", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_the_options_or_the_file_name_is_asked()
    {
        Terminal.Variables.Remove("WEIR_FEED");
        Task<Outcome> byOptions = RunAsAsync("hsm-action-top", "--run-once --host 127.0.0.1 --port 1 --db 3");
        Task<Outcome> byFile = RunAsAsync("hsm-stream-stats", "-c {tail}");
        foreach (Outcome outcome in await Task.WhenAll(byOptions, byFile))
        {
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("on redis://127.0.0.1:1/3: Connection refused", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "hsm tail --follow")]
    [InlineData("--from-beginning --mountpoint /fs", "hsm tail --follow --from-beginning --mountpoint /fs")]
    [InlineData("--run-once", "hsm tail --run-once")]
    [InlineData("--follow", "hsm tail --follow")]
    public void The_tail_follows_unless_it_is_told_not_to(string words, string expected) =>
        Assert.Equal(expected, string.Join(' ', OriginalNames.Expand("/usr/bin/hsm-stream-tail", words.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    [Fact]
    public async Task Deleting_records_of_stale_actions_one_by_one_is_said_not_to_happen()
    {
        await ShipAsync();
        foreach (string options in (string[])["--run-once --xdel-reaped", "-c {xdel} --run-once"])
        {
            Outcome outcome = await RunAsAsync("hsm-stream-janitor", options);
            Assert.Equal(0, outcome.ExitCode);
            Assert.Contains("note: xdel_reaped: records of stale actions are not deleted one by one", outcome.Error, StringComparison.Ordinal);
        }
    }

    private async Task ShipAsync()
    {
        ActionFiles.Write(Path.Combine(Root, "mdt"), "fs-MDT0000", 3);
        ActionFiles.Write(Path.Combine(Root, "mdt"), "fs-MDT0001", 1);
        Assert.Equal(0, (await RunAsync("hsm", "ship", "--once", "--actions", Glob)).ExitCode);
    }

    private string Glob => Path.Combine(Root, "mdt", "*", "hsm", "actions");

    private Task<Outcome> RunAsAsync(string tool, string options)
    {
        const string redis = "redis_host: \"127.0.0.1\"\nredis_port: 1\nredis_db: 3\n";
        (string Name, string Text)[] files =
        [
            ("shipper", $"{redis}redis_stream_name: \"hsm:actions\"\nmdt_watch_glob: \"{Glob}\"\npoll_interval: 20\nheartbeat_interval: 21600\naggressive_trim_threshold: 1000\ncache_path: \"{Root}/cache1\"\nlog_level: \"INFO\"\n"),
            ("shipper2", $"{redis}redis_stream_prefix: \"hsm:actions\"\nmdt_watch_glob: \"{Glob}\"\npoll_interval: 20\nheartbeat_interval: 21600\nreconcile_interval: 21600\ntrim_chunk_size: 1000\nuse_approximate_trimming: true\ncache_path: \"{Root}/cache2\"\nlog_level: \"INFO\"\nlog_file: null\n"),
            ("janitor", $"{redis}redis_stream_name: \"hsm:actions\"\noperation_interval_seconds: 120\nstale_action_timeout_seconds: 86400\nlog_level: \"INFO\"\nxdel_reaped: false\n"),
            ("xdel", "redis_stream_name: \"hsm:actions\"\nxdel_reaped: true\n"),
            ("tail", $"mountpoint: /fs\n{redis}redis_stream_prefix: \"hsm:actions\"\n"),
        ];
        foreach ((string name, string text) in files)
        {
            string path = Path.Combine(Root, $"{name}.yaml");
            File.WriteAllText(path, text);
            options = options.Replace($"{{{name}}}", path, StringComparison.Ordinal);
        }

        options = options.Replace("{glob}", Glob, StringComparison.Ordinal).Replace("{log}", Path.Combine(Root, "log"), StringComparison.Ordinal);
        var terminal = new TestTerminal { InvokedAs = $"/usr/sbin/{tool}" };
        foreach ((string name, string value) in Terminal.Variables) terminal.Variables[name] = value;
        return terminal.RunAsync(options.Split(' '));
    }
}
