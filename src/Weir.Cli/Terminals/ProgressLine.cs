using System.Globalization;
using Weir.Feed.Log;

namespace Weir.Cli.Terminals;

/// <summary>A line of standard error that shows how far long work has come; nothing where that is no terminal.</summary>
internal sealed class ProgressLine(Terminal terminal, TimeProvider time) : IDisposable
{
    private const string ClearLine = "\r\e[K";

    /// <summary>Work that is done sooner than this shows nothing.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private long _lastShown = time.GetTimestamp();
    private bool _isShown;

    /// <summary>Reports for one piece of work, called by the work itself.</summary>
    public IProgress<VerifyProgress> For(string what) => new Reporter(this, what);

    public void Clear()
    {
        if (_isShown) terminal.WriteError(ClearLine);
        _isShown = false;
    }

    public void Dispose() => Clear();

    /// <summary>Shows a line, unless one was shown just now.</summary>
    public void Show(Func<string> line)
    {
        if (!terminal.IsErrorTerminal || time.GetElapsedTime(_lastShown) < Interval) return;
        _lastShown = time.GetTimestamp();
        _isShown = true;
        terminal.WriteError(ClearLine + Printable.Line(line()));
    }

    private void Show(string what, VerifyProgress progress) => Show(() =>
    {
        double percent = progress.TotalBytes == 0 ? 100 : 100.0 * progress.DoneBytes / progress.TotalBytes;
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {percent:0} % of {progress.TotalBytes / 1e6:0} MB");
    });

    /// <summary>Shows at once: the framework's own reporter would hand it to another thread.</summary>
    private sealed class Reporter(ProgressLine line, string what) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => line.Show(what, value);
    }
}
