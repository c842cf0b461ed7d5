using Weir.Cli.Tests.Ptys;

namespace Weir.Cli.Tests.Top;

/// <summary>The real program on a real pseudo-terminal: what a user sees, types, and finds afterwards.</summary>
public sealed class TopInTerminalTests
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    [Fact]
    public async Task Frames_show_what_is_live_and_what_changed()
    {
        await using ActionFeed feed = await FeedAsync();
        using PseudoTerminal terminal = Start(feed);
        await terminal.WaitForTextAsync("Live Actions: 4,012");
        string[] lines = terminal.Look(screen => screen.Lines.ToArray());
        Assert.Contains(lines, line => line.StartsWith("elm-MDT0000  ARCHIVE  WAITING      4,000", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("elm-MDT0001  RESTORE  STARTED         12", StringComparison.Ordinal));
        Assert.StartsWith("q quit  g group  s sort", lines[23]);

        await feed.TellAsync("elm-MDT0001", "RESTORE", "SUCCEED", 1, 5);
        await terminal.WaitForTextAsync("elm-MDT0001  RESTORE  STARTED          7  (-5)");
        await feed.TellAsync("elm-MDT0002", "REMOVE", "WAITING", 1, 3);
        await terminal.WaitForTextAsync("elm-MDT0002  REMOVE   WAITING          3");
        await feed.LoseAsync("elm-MDT0001", "mds1");
        await terminal.WaitForTextAsync("LOST elm-MDT0001");
        terminal.Type("q");
        Assert.Equal(new PtyExit(0, 0), await terminal.WaitForExitAsync());
    }

    [Fact]
    public async Task Keys_group_sort_filter_and_explain()
    {
        await using ActionFeed feed = await FeedAsync();
        using PseudoTerminal terminal = Start(feed);
        await terminal.WaitForTextAsync("by state  sorted by name");
        terminal.Type("g");
        await terminal.WaitForTextAsync("by mdt");
        Assert.Contains(terminal.Look(screen => screen.Lines.ToArray()), line => line.StartsWith("elm-MDT0000      4,000", StringComparison.Ordinal));
        terminal.Type("ggg");
        await terminal.WaitForTextAsync("by state");
        terminal.Type("sr");
        await terminal.WaitForTextAsync("sorted by count, reversed");
        await terminal.WaitForAsync(
            screen => Place(screen, "elm-MDT0001  RESTORE") < Place(screen, "elm-MDT0000  ARCHIVE"), "the smaller count first");

        terminal.Type("/rest");
        await terminal.WaitForTextAsync("filter: rest");
        terminal.Type("x\x7f\r");
        await terminal.WaitForTextAsync("Live Actions: 12");
        Assert.DoesNotContain("ARCHIVE", terminal.Look(screen => screen.Text), StringComparison.Ordinal);
        terminal.Type("\e");
        await terminal.WaitForTextAsync("Live Actions: 4,012");
        terminal.Type("?");
        await terminal.WaitForTextAsync("started for longer than --stuck-after");
        terminal.Type("\e[A");
        await terminal.WaitForTextAsync("Live Actions:");
        terminal.Type("o");
        await terminal.WaitForAsync(screen => !screen.Text.Contains("Oldest", StringComparison.Ordinal), "no list of the oldest");
        terminal.Type(" ");
        await terminal.WaitForTextAsync("PAUSED");
        terminal.Type("q");
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task It_fits_into_any_size()
    {
        await using ActionFeed feed = await FeedAsync();
        for (int mdt = 2; mdt < 20; mdt++) await feed.TellAsync($"elm-MDT00{mdt:00}", "ARCHIVE", "WAITING", 1, mdt);
        using PseudoTerminal terminal = Start(feed);
        await terminal.WaitForTextAsync("1-12 of 20");
        terminal.Resize(140, 50);
        await terminal.WaitForTextAsync("OUT/s  TREND");
        await terminal.WaitForAsync(screen => screen.Lines.Count(line => line.StartsWith("elm-MDT00", StringComparison.Ordinal)) == 20, "all rows");
        terminal.Resize(40, 12);
        await terminal.WaitForTextAsync("1-6 of 20");
        terminal.Type("\e[6~");
        await terminal.WaitForTextAsync("7-12 of 20");
        terminal.Type("\eOF");
        await terminal.WaitForTextAsync("15-20 of 20");
        terminal.Resize(20, 5);
        await terminal.WaitForAsync(screen => screen.Lines[4].StartsWith("q quit", StringComparison.Ordinal) && screen.Lines[3].StartsWith("elm", StringComparison.Ordinal), "the end of the table");
        terminal.Resize(3, 1);
        terminal.Resize(80, 24);
        await terminal.WaitForTextAsync("Live Actions: 4,2");
        terminal.Type("q");
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_frame_in_which_nothing_changed_but_the_time_costs_a_few_bytes()
    {
        await using ActionFeed feed = await FeedAsync();
        using PseudoTerminal terminal = Start(feed, words: ["--interval", "250ms"]);
        await terminal.WaitForTextAsync("Live Actions: 4,012");
        string Clock() => terminal.Look(screen => screen.Lines[0][^8..]);
        async Task TickAsync()
        {
            string before = Clock();
            await terminal.WaitForAsync(screen => screen.Lines[0][^8..] != before, "the next second");
        }

        await TickAsync();
        long bytes = terminal.BytesWritten;
        for (int i = 0; i < 3; i++) await TickAsync();
        Assert.InRange(terminal.BytesWritten - bytes, 3, 3 * 120);
        terminal.Type("q");
        await terminal.WaitForExitAsync();
    }

    [Theory]
    [InlineData("q", 0, 0)]
    [InlineData("\u0003", 0, 0)]
    [InlineData(null, Interrupt, 0)]
    [InlineData(null, Terminate, 0)]
    [InlineData(null, Hangup, 129)]
    [InlineData(null, Quit, 131)]
    [InlineData(null, StartupHook.CrashSignal, 134)]
    public async Task The_terminal_is_left_as_it_was_found(string? keys, int signal, int shellExitCode)
    {
        await using ActionFeed feed = await FeedAsync();
        using var terminal = new PseudoTerminal();
        terminal.WriteBefore("before$ ");
        await terminal.WaitForTextAsync("before$");
        byte[] mode = terminal.Mode;
        (int, int) cursor = terminal.Look(screen => screen.Cursor);
        terminal.StartWeir(Variables(feed), "hsm", "top");
        await terminal.WaitForTextAsync("Live Actions: 4,012");
        Assert.NotEqual(mode, terminal.Mode);
        Assert.True(terminal.Look(screen => screen.IsAlternate && !screen.IsCursorVisible));

        if (keys is not null) terminal.Type(keys);
        else terminal.Signal(signal);
        PtyExit exit = await terminal.WaitForExitAsync();
        Assert.Equal(shellExitCode, exit.ExitCode ?? 128 + exit.Signal);
        await terminal.WaitForTextAsync("before$");
        Assert.Equal(mode, terminal.Mode);
        Assert.True(terminal.Look(screen => !screen.IsAlternate && screen.IsCursorVisible && screen.PenStyle == "0"));
        if (signal != StartupHook.CrashSignal) Assert.Equal(cursor, terminal.Look(screen => screen.Cursor));
        else await terminal.WaitForTextAsync("Unhandled exception.");
    }

    [Fact]
    public async Task While_it_is_stopped_the_terminal_is_the_shells()
    {
        await using ActionFeed feed = await FeedAsync();
        using var terminal = new PseudoTerminal();
        byte[] mode = terminal.Mode;
        terminal.StartWeir(Variables(feed), "hsm", "top");
        await terminal.WaitForTextAsync("Live Actions: 4,012");
        byte[] taken = terminal.Mode;

        terminal.Type("\u001a");
        Assert.Equal(Stop, await terminal.WaitForStopAsync());
        await terminal.WaitForAsync(screen => !screen.IsAlternate && screen.IsCursorVisible, "the shell's screen");
        Assert.Equal(mode, terminal.Mode);
        await feed.TellAsync("elm-MDT0001", "RESTORE", "WAITING", 100);

        terminal.Signal(Continue);
        await terminal.WaitForTextAsync("Live Actions: 4,013");
        Assert.True(terminal.Look(screen => screen.IsAlternate && !screen.IsCursorVisible));
        Assert.Equal(taken, terminal.Mode);
        terminal.Type("q");
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
        Assert.Equal(mode, terminal.Mode);
    }

    [Fact]
    public async Task Without_colour_and_unicode_it_says_the_same()
    {
        await using ActionFeed feed = await FeedAsync();
        await feed.TellAsync("elm-MDT0009\e[31m漢", "ARCHIVE", "FAILED", 1, topic: "hsm:actions");
        using PseudoTerminal terminal = Start(feed, new() { ["NO_COLOR"] = "1", ["LC_ALL"] = "C" });
        await terminal.WaitForTextAsync("Live Actions: 4,013");
        Assert.DoesNotContain(terminal.Look(screen => screen.Text), character => character > '~');
        Assert.Contains("elm-MDT0009?[31m?", terminal.Look(screen => screen.Text), StringComparison.Ordinal);
        Assert.DoesNotContain(terminal.Look(screen => screen.Styles.ToArray()), style => style.Split(';').Any(part => part is ['3', _]));
        terminal.Type("q");
        await terminal.WaitForExitAsync();
    }

    [Fact]
    public async Task On_a_dumb_terminal_it_prints_plain_frames()
    {
        await using ActionFeed feed = await FeedAsync();
        using PseudoTerminal terminal = Start(feed, new() { ["TERM"] = "dumb" }, "--interval", "100ms");
        await terminal.WaitForTextAsync("--- Lustre HSM Action Dashboard ---");
        await feed.TellAsync("elm-MDT0001", "RESTORE", "STARTED", 100, 30);

        // The next frame says +0, and pushes this one off the screen; a test that is slow to look would never see it there.
        await terminal.WaitForWrittenAsync("elm-MDT0001 | RESTORE | STARTED    |         42 (+30)");
        Assert.False(terminal.Look(screen => screen.IsAlternate || screen.Styles.Count > 0));
        terminal.Signal(Interrupt);
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
    }

    private static int Place(VtScreen screen, string start) => screen.Lines.ToList().FindIndex(line => line.StartsWith(start, StringComparison.Ordinal));

    private static async Task<ActionFeed> FeedAsync()
    {
        var feed = new ActionFeed();
        await feed.TellAsync("elm-MDT0000", "ARCHIVE", "WAITING", 1, 4000, TimeSpan.FromHours(3));
        await feed.TellAsync("elm-MDT0001", "RESTORE", "STARTED", 1, 12, TimeSpan.FromMinutes(10));
        return feed;
    }

    private static Dictionary<string, string?> Variables(ActionFeed feed) => new()
    {
        ["WEIR_FEED"] = feed.Url,
        ["TERM"] = "xterm-256color",
        ["LC_ALL"] = "C.UTF-8",
        ["NO_COLOR"] = null,
        ["DOTNET_STARTUP_HOOKS"] = typeof(TopInTerminalTests).Assembly.Location,
        ["DOTNET_DbgEnableMiniDump"] = null,
    };

    private static PseudoTerminal Start(ActionFeed feed, Dictionary<string, string?>? variables = null, params string[] words)
    {
        var terminal = new PseudoTerminal();
        Dictionary<string, string?> all = Variables(feed);
        foreach ((string name, string? value) in variables ?? []) all[name] = value;
        terminal.StartWeir(all, ["hsm", "top", .. words]);
        return terminal;
    }
}
