using System.Diagnostics;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>The kernel's log as another program sees it, with the time at which it saw each line. The reader dies with the test.</summary>
internal sealed class KernelLog : IDisposable
{
    private readonly Process _process;
    private readonly List<(DateTimeOffset At, string Line)> _lines = [];

    private KernelLog(Process process) => _process = process;

    public static KernelLog Open()
    {
        // cat and not dmesg: it hands on each record as it comes.
        var log = new KernelLog(Process.Start(new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "cat", "/dev/kmsg"]) { RedirectStandardOutput = true, RedirectStandardError = true })!);
        log._process.OutputDataReceived += (_, line) => log.Take(line.Data);
        log._process.ErrorDataReceived += (_, _) => { };
        log._process.BeginOutputReadLine();
        log._process.BeginErrorReadLine();
        return log;
    }

    /// <summary>When a line with this text was seen first, at this time or later; null when there was none.</summary>
    public DateTimeOffset? Seen(string text, DateTimeOffset from)
    {
        lock (_lines)
        {
            foreach ((DateTimeOffset at, string line) in _lines)
            {
                if (at >= from && line.Contains(text, StringComparison.Ordinal)) return at;
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add((DateTimeOffset.UtcNow, line));
    }
}
