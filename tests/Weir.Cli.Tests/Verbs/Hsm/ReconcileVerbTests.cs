using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Hsm;

public sealed class ReconcileVerbTests : ActionFeed
{
    private string Root => Path.GetDirectoryName(FeedDirectory)!;

    private string Glob => Path.Combine(Root, "mdt", "*-MDT????", "hsm", "actions");

    [Fact]
    public async Task Files_and_stream_in_order_exit_with_0()
    {
        WriteFile(1, 2);
        await AppendAsync(Topic, New(1), New(2));
        Outcome outcome = await RunAsync("hsm", "reconcile", "--glob", Glob);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("in order: 0 missing, 0 extra", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Differences_are_named_and_exit_with_3()
    {
        WriteFile(1, 2);
        await AppendAsync(Topic, New(2, "STARTED"), New(3));
        Outcome outcome = await RunAsync("hsm", "reconcile", "--glob", Glob, "--mdts", Mdt);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("1 missing: in the file, not in the stream\n    ARCHIVE 0x200000401:0x1:0x0 WAITING idx=1/1 cookie=0x6912db01", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("1 extra: in the stream, not in the file\n    ARCHIVE 0x200000401:0x3:0x0", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("1 note: another status", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Called_by_the_originals_name_it_exits_as_the_original()
    {
        WriteFile(1);
        await AppendAsync(Topic, New(1));
        Terminal.InvokedAs = "/usr/sbin/hsm-stream-reconciler";
        Assert.Equal(0, (await RunAsync("--glob", Glob)).ExitCode);
        WriteFile(1, 2);
        Assert.Equal(1, (await RunAsync("--glob", Glob, "--mdts", Mdt)).ExitCode);
    }

    [Fact]
    public async Task A_repair_writes_them_and_says_so()
    {
        WriteFile(1, 2);
        await AppendAsync(Topic, New(2, "STARTED"), New(3));
        Outcome outcome = await RunAsync("hsm", "reconcile", "--glob", Glob, "--repair", "--json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("3 events written", outcome.Error, StringComparison.Ordinal);
        JsonElement report = JsonDocument.Parse(outcome.Out).RootElement;
        Assert.True(report.GetProperty("in_order").GetBoolean());
        Assert.Equal((3, "this process"), (report.GetProperty("repair").GetProperty("events_written").GetInt32(), report.GetProperty("repair").GetProperty("by").GetString()));
        Assert.Equal(0, (await RunAsync("hsm", "reconcile", "--glob", Glob)).ExitCode);
    }

    [Fact]
    public async Task No_matching_file_is_a_problem()
    {
        await AppendAsync(Topic, New(2));
        Outcome outcome = await RunAsync("hsm", "reconcile", "--glob", Glob);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("problem: no file matches", outcome.Out, StringComparison.Ordinal);
    }

    private void WriteFile(params int[] actions)
    {
        string directory = Path.Combine(Root, "mdt", Mdt, "hsm");
        Directory.CreateDirectory(directory);
        File.WriteAllLines(Path.Combine(directory, "actions"), actions.Select(number => Line(number)));
    }
}
