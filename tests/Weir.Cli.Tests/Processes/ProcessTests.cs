using System.Diagnostics;
using Weir.Cli.Tests.Verbs.Feed;
using Weir.Cli.Tests.Verbs.Hsm;

namespace Weir.Cli.Tests.Processes;

public sealed class ProcessTests : FeedFixture
{
    private string Feed => $"file:{FeedDirectory}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_tail_follows_what_other_processes_append_and_ends_in_order_when_told(string signal)
    {
        await FillAsync("hsm:a", 2);
        using var tail = new WeirProcess(Feed, "feed", "tail", "hsm:*", "--from", "first");
        Assert.EndsWith("{\"n\":1}", await tail.Out.ReadLineAsync(Cancellation));
        Assert.EndsWith("{\"n\":2}", await tail.Out.ReadLineAsync(Cancellation));
        await RunAsync("feed", "append", "hsm:a", "--type", "N", "{\"n\":3}");
        Assert.StartsWith("hsm:a\t", await tail.Out.ReadLineAsync(Cancellation));
        await RunAsync("feed", "append", "hsm:later", "--type", "N", "{\"n\":4}");
        Assert.StartsWith("hsm:later\t", await tail.Out.ReadLineAsync(Cancellation));
        await tail.SignalAsync(signal);
        Assert.Equal(0, await tail.WaitForExitAsync());
        Assert.Equal("", await tail.Out.ReadToEndAsync(Cancellation) + await tail.Error.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_tail_of_HSM_events_follows_the_shipper_and_ends_in_order_when_told()
    {
        string mdts = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "mdt"), glob = Path.Combine(mdts, "*", "hsm", "actions");
        ActionFiles.Write(mdts, "fs-MDT0000", 1);
        await RunAsync("hsm", "ship", "--once", "--actions", glob);
        using var tail = new WeirProcess(Feed, "hsm", "tail", "--follow", "--from-beginning");
        Assert.Contains(" NEW ", await tail.Out.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        ActionFiles.Write(mdts, "fs-MDT0000", 1, _ => "STARTED");
        await RunAsync("hsm", "ship", "--once", "--actions", glob);
        Assert.Contains(" STARTED ", await tail.Out.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        await tail.SignalAsync("TERM");
        Assert.Equal(0, await tail.WaitForExitAsync());
        Assert.Equal("", await tail.Error.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_shipper_that_is_told_to_stop_ends_in_order()
    {
        string mdts = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "mdt");
        ActionFiles.Write(mdts, "fs-MDT0000", 3);
        using var shipper = new WeirProcess(Feed, "hsm", "ship", "--actions", Path.Combine(mdts, "*", "hsm", "actions"));
        while (await shipper.Error.ReadLineAsync(Cancellation) is { } line && !line.Contains("3 events", StringComparison.Ordinal))
        {
            // Until the first look is reported.
        }

        await shipper.SignalAsync("TERM");
        Assert.Equal(0, await shipper.WaitForExitAsync());
        Assert.True(File.Exists(Path.Combine(FeedDirectory, "hsm", "ship.snapshot")));
    }

    [Fact]
    public async Task A_tail_from_the_end_leaves_out_what_was_there()
    {
        await FillAsync("t", 5);
        using var tail = new WeirProcess(Feed, "feed", "tail", "t", "missing", "--json");
        Task<string?> line = tail.Out.ReadLineAsync(Cancellation).AsTask();
        // When the tail has begun is not to be seen from outside; what comes first is new in any case.
        while (!line.IsCompleted) await RunAsync("feed", "append", "t", "--type", "LATER", "{}");
        Assert.Contains("io.weir.t.LATER", await line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_append_writes_each_line_as_it_comes()
    {
        using var append = new WeirProcess(Feed, "feed", "append", "t", "--type", "N");
        await append.Input.WriteLineAsync("{\"n\":1}");
        await append.Input.FlushAsync(Cancellation);
        while ((await RunAsync("feed", "read", "t")).Lines.Length == 0) await Task.Yield();
        append.Input.Close();
        Assert.Equal(0, await append.WaitForExitAsync());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_verb_that_a_signal_kept_from_finishing_ends_with_that_signals_code(string signal, int exitCode)
    {
        using var append = new WeirProcess(Feed, "feed", "append", "t", "--type", "N");
        await append.Input.WriteLineAsync("{\"n\":1}");
        await append.Input.FlushAsync(Cancellation);
        while ((await RunAsync("feed", "read", "t")).Lines.Length == 0) await Task.Yield();
        await append.SignalAsync(signal);
        Assert.Equal(exitCode, await append.WaitForExitAsync());
        Assert.StartsWith("weir: interrupted after 1 records, the last of them ", await append.Error.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task When_nobody_reads_any_more_it_ends_quietly()
    {
        await FillAsync("t", 100_000);
        using Process shell = Process.Start(new ProcessStartInfo(
            "bash", ["-c", "dotnet \"$0\" feed read t --feed \"$1\" | head -n 1; echo \"${PIPESTATUS[0]}\"", Path.Combine(AppContext.BaseDirectory, "weir.dll"), Feed])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string[] lines = (await shell.StandardOutput.ReadToEndAsync(Cancellation)).Split('\n');
        Assert.EndsWith("{\"n\":1}", lines[0]);
        Assert.Equal(("0", ""), (lines[1], await shell.StandardError.ReadToEndAsync(Cancellation)));
    }

    [Fact]
    public async Task A_full_disk_under_the_output_is_an_error()
    {
        await FillAsync("t", 100);
        using Process shell = Process.Start(new ProcessStartInfo(
            "bash", ["-c", "dotnet \"$0\" feed read t --feed \"$1\" > /dev/full; echo $?", Path.Combine(AppContext.BaseDirectory, "weir.dll"), Feed])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Assert.Equal("1\n", await shell.StandardOutput.ReadToEndAsync(Cancellation));
        Assert.Equal("weir: cannot write to standard output: No space left on device\n", await shell.StandardError.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Two_verbs_may_share_one_redirected_output()
    {
        string[] ids = await FillAsync("t", 2);
        using Process shell = Process.Start(new ProcessStartInfo(
            "bash", ["-c", "(dotnet \"$0\" feed read t --count 1 --feed \"$1\"; dotnet \"$0\" feed read t --from last --feed \"$1\") > \"$2\"",
                Path.Combine(AppContext.BaseDirectory, "weir.dll"), Feed, Path.Combine(FeedDirectory, "out")]))!;
        await shell.WaitForExitAsync(Cancellation);
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(FeedDirectory, "out"), Cancellation);
        Assert.Equal(ids, lines.Select(line => line.Split('\t')[0]));
    }
}
