using System.Net.Sockets;
using System.Text;
using Weir.Cli.Tests.Ptys;

namespace Weir.Cli.Tests.Top;

/// <summary><c>weir lab</c> on a real pseudo-terminal.</summary>
public sealed class LabInTerminalTests : IDisposable
{
    private const int Interrupt = 2;

    private readonly string _temporary = Directory.CreateTempSubdirectory("weir-lab-tty-").FullName;

    [Theory]
    [InlineData("q", 0)]
    [InlineData(null, Interrupt)]
    public async Task Four_MDTs_of_different_load_are_shown_live_and_the_terminal_is_left_as_it_was_found(string? keys, int signal)
    {
        using var terminal = new PseudoTerminal();
        byte[] mode = terminal.Mode;
        terminal.StartWeir(Variables("xterm-256color"), "lab", "--seed", "7", "--port", "0");
        await terminal.WaitForTextAsync("Live Actions: ");
        Assert.True(terminal.Look(screen => screen.IsAlternate));
        terminal.Type("g");
        await terminal.WaitForAsync(
            screen => Enumerable.Range(0, 4).All(mdt => screen.Lines.Any(line => line.StartsWith($"lab-MDT000{mdt}", StringComparison.Ordinal))), "a row for each MDT");
        long[] counts = terminal.Look(screen => Enumerable.Range(0, 4).Select(mdt => Count(screen, mdt)).ToArray());
        Assert.True(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > counts[3], string.Join(' ', counts));

        await terminal.WaitForTextAsync("Coordinator: ");
        await terminal.WaitForTextAsync("Drives: 6, ");

        // It goes on: what is live changes without anybody's doing.
        long before = counts.Sum();
        await terminal.WaitForAsync(screen => Enumerable.Range(0, 4).Sum(mdt => Count(screen, mdt)) != before, "other counts");
        if (keys is not null) terminal.Type(keys);
        else terminal.Signal(signal);
        Assert.Equal(new PtyExit(0, 0), await terminal.WaitForExitAsync());
        Assert.Equal(mode, terminal.Mode);
        await terminal.WaitForAsync(screen => !screen.IsAlternate && screen.IsCursorVisible, "the shell's screen");
        Assert.Empty(Directory.GetDirectories(_temporary, "weir-lab-*"));
    }

    [Fact]
    public async Task Its_daemon_serves_the_feed_which_is_there_for_other_verbs_and_stays()
    {
        using var terminal = new PseudoTerminal();
        string directory = Path.Combine(_temporary, "mine");
        terminal.StartWeir(Variables("xterm-256color"), "lab", "--dir", directory, "--port", "0");
        await terminal.WaitForTextAsync("Live Actions: ");
        Outcome stats = await new TestTerminal().RunAsync("hsm", "stats", "--json", "--feed", $"file:{directory}/feed");
        Assert.Contains("lab-MDT0000", stats.Out, StringComparison.Ordinal);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 })
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path.Combine(directory, "feed.sock")));
            socket.Send("{\"topics\":[\"hsm:actions:*\"]}\n"u8);
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
            Assert.Contains("ready", reader.ReadLine(), StringComparison.Ordinal);
            // What comes now was shipped by the daemon.
            Assert.Contains("io.weir.hsm.", reader.ReadLine(), StringComparison.Ordinal);
        }

        terminal.Type("q");
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
        Assert.True(Directory.Exists(Path.Combine(directory, "feed")));
        Assert.Equal(0, (await new TestTerminal().RunAsync("config", "check", "--config", Path.Combine(directory, "weir.yaml"))).ExitCode);
    }

    [Fact]
    public async Task Where_nothing_can_be_drawn_it_plays_scenarios()
    {
        using var terminal = new PseudoTerminal();
        terminal.StartWeir(Variables("dumb"), "lab");
        await terminal.WaitForWrittenAsync("every file as it was before: no difference");
        Assert.False(terminal.Look(screen => screen.IsAlternate));
        terminal.Signal(Interrupt);
        Assert.Equal(0, (await terminal.WaitForExitAsync()).ExitCode);
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    private static long Count(VtScreen screen, int mdt)
    {
        string? row = screen.Lines.FirstOrDefault(line => line.StartsWith($"lab-MDT000{mdt}", StringComparison.Ordinal));
        return row is null ? 0 : long.Parse(row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
    }

    private Dictionary<string, string?> Variables(string term) => new()
    {
        ["TERM"] = term,
        ["LC_ALL"] = "C.UTF-8",
        ["NO_COLOR"] = "1",
        ["TMPDIR"] = _temporary,
    };
}
