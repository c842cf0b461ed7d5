using System.Runtime.InteropServices;

namespace Weir.Cli.Screens;

/// <summary>Reads keys from a terminal on a thread of its own, which is all that a blocking read can be given to.</summary>
internal sealed class KeyReader : IDisposable
{
    /// <summary>How long the rest of a sequence may take over a slow line before a lone ESC counts as the Escape key.</summary>
    private const int EscapeDelayMilliseconds = 80;

    /// <summary>How often a process in the background looks whether it is in the foreground again.</summary>
    private const int BackgroundDelayMilliseconds = 250;

    private readonly int _terminal;
    private readonly int _stop;
    private readonly KeyDecoder _decoder;
    private readonly Action _onHangUp;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <param name="terminal">The descriptor to read from.</param>
    /// <param name="onKey">Called on the reader's thread.</param>
    /// <param name="onHangUp">The terminal is gone; called once, on the reader's thread.</param>
    public KeyReader(int terminal, Action<Key> onKey, Action onHangUp)
    {
        _terminal = terminal;
        _decoder = new(onKey);
        _onHangUp = onHangUp;
        _stop = TerminalCalls.CreateEvent();
        _thread = new(Run) { IsBackground = true, Name = "keys" };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_isStopping) return;
        _isStopping = true;
        TerminalCalls.SignalEvent(_stop);
        _thread.Join();
        TerminalCalls.CloseDescriptor(_stop);
    }

    private void Run()
    {
        Span<byte> buffer = stackalloc byte[256];
        while (!_isStopping)
        {
            if (!TerminalCalls.IsForeground(_terminal))
            {
                // Reading now would stop the process, and take what is typed for somebody else.
                TerminalCalls.PollTwo(-1, _stop, BackgroundDelayMilliseconds);
                continue;
            }

            short state = TerminalCalls.PollTwo(_terminal, _stop, _decoder.IsWithinKey ? EscapeDelayMilliseconds : -1);
            if (_isStopping) return;
            if (state == 0)
            {
                if (_decoder.IsWithinKey) _decoder.EndOfInput();
                continue;
            }

            if ((state & TerminalCalls.PollIn) == 0)
            {
                _onHangUp();
                return;
            }

            nint read = TerminalCalls.Read(_terminal, buffer, buffer.Length);
            if (read > 0)
            {
                _decoder.Decode(buffer[..(int)read]);
            }
            else if (read == 0 || Marshal.GetLastPInvokeError() is not (TerminalCalls.Interrupted or TerminalCalls.TryAgain))
            {
                _onHangUp();
                return;
            }
        }
    }
}
