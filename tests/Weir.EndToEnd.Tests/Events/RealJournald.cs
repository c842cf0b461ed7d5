using System.Diagnostics;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>systemd's own journald in a mount namespace of its own, reached through /proc; it dies with the test.</summary>
internal sealed class RealJournald : IDisposable
{
    private const string Program = "/lib/systemd/systemd-journald";

    private readonly Process _process;

    private RealJournald(Process process) => _process = process;

    /// <summary>Its native socket.</summary>
    public string Socket => $"/proc/{_process.Id}/root/run/systemd/journal/socket";

    /// <summary>Its journal.</summary>
    public string Journal => $"/proc/{_process.Id}/root/run/log/journal";

    public static string? WhyNot() => !Environment.IsPrivilegedProcess ? "needs root" : File.Exists(Program) ? null : "needs systemd-journald";

    public static async Task<RealJournald> StartAsync(CancellationToken cancellationToken)
    {
        const string Script = "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && mkdir -p /run/systemd/journal /run/log/journal && exec " + Program;
        var process = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--propagation", "private", "--", "setpriv", "--pdeathsig", "KILL", "sh", "-c", Script]) { RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var journald = new RealJournald(process);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        // Each of these becomes the next by exec, so the process stays the same.
        while (!Directory.Exists(journald.Journal) || Directory.GetDirectories(journald.Journal).Length == 0 || !File.Exists(journald.Socket)) await Task.Delay(20, limit.Token);
        return journald;
    }

    /// <summary>Tells it to begin new files; they are not there yet when this returns.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        using Process kill = Process.Start("kill", ["-USR2", $"{_process.Id}"]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
