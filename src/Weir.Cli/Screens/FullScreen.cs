using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Weir.Cli.Terminals;

namespace Weir.Cli.Screens;

/// <summary>
/// The whole terminal, taken over and given back as it was: on <see cref="Dispose"/>, before SIGINT, SIGTERM, SIGHUP, SIGQUIT or
/// an unhandled exception end the process, and while it is stopped (^Z). One at a time.
/// </summary>
internal sealed class FullScreen : IDisposable
{
    /// <summary>A terminal that takes no more bytes must not keep a signal from ending the process.</summary>
    private static readonly TimeSpan StalledTerminalTimeout = TimeSpan.FromSeconds(1);

    // xterm's private modes: 1049 is the alternate screen, with the cursor saved; 25 is the cursor.
    private static readonly byte[] TakeOver = [.. "\e[?1049h\e[?25l"u8];
    private static readonly byte[] GiveBack = [.. "\e[0m\e[?25h\e[?1049l"u8];

    private readonly object _gate = new();
    private readonly StandardStream _output = new(1);
    private readonly ScreenRenderer _renderer;
    private readonly Action _onChange;
    private readonly int _input;
    private readonly bool _ownsInput;
    private readonly Termios _original;
    private readonly List<PosixSignalRegistration> _signals = [];
    private KeyReader? _keys;
    private bool _isTaken;
    private bool _isOver;

    private FullScreen(int input, bool ownsInput, Termios original, bool hasColor, Action onChange)
    {
        _input = input;
        _ownsInput = ownsInput;
        _original = original;
        _renderer = new(hasColor);
        _onChange = onChange;
    }

    /// <summary>The terminal is gone.</summary>
    public bool IsHungUp { get; private set; }

    public static ScreenSize Size => TerminalCalls.GetSize(1) ?? ScreenSize.Usual;

    /// <summary>Takes the terminal over; null when there is none to write to and read keys from.</summary>
    /// <param name="hasColor">Whether to use colours.</param>
    /// <param name="onKey">Called for each key, on another thread.</param>
    /// <param name="onChange">The size changed, the screen must be drawn again, or the terminal is gone; called on another thread.</param>
    public static FullScreen? TryTake(bool hasColor, Action<Key> onKey, Action onChange)
    {
        if (!OperatingSystem.IsLinux() || !TerminalCalls.IsTerminal(1)) return null;
        bool ownsInput = !TerminalCalls.IsTerminal(0);
        int input = ownsInput ? TerminalCalls.OpenControllingTerminal() : 0;
        if (input < 0 || TerminalCalls.GetMode(input) is not { } original) return null;
        var screen = new FullScreen(input, ownsInput, original, hasColor, onChange);
        try
        {
            screen.Start(onKey);
            return screen;
        }
        catch
        {
            screen.Dispose();
            throw;
        }
    }

    /// <summary>Brings the terminal to show the grid, with one write; does nothing while the terminal is somebody else's.</summary>
    /// <exception cref="IOException">The terminal cannot be written.</exception>
    public void Show(CellGrid grid)
    {
        lock (_gate)
        {
            if (!_isTaken) Take();
            if (!_isTaken) return;
            ReadOnlyMemory<byte> bytes = _renderer.Render(grid);
            if (bytes.Length > 0) _output.Write(bytes.Span);
        }
    }

    /// <summary>Something else wrote over the screen; the next frame is painted whole.</summary>
    public void Forget()
    {
        lock (_gate) _renderer.Forget();
    }

    public void Dispose()
    {
        Finish();
        AppDomain.CurrentDomain.UnhandledException -= FinishBeforeCrash;
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _keys?.Dispose();
        if (_ownsInput) TerminalCalls.CloseDescriptor(_input);
    }

    [SupportedOSPlatform("linux")]
    private void Start(Action<Key> onKey)
    {
        AppDomain.CurrentDomain.UnhandledException += FinishBeforeCrash;
        foreach (PosixSignal ending in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(ending, _ => Finish()));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _onChange()));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Suspend));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, Resume));
        lock (_gate) Take();
        _keys = new(_input, onKey, HangUp);
    }

    private void Take()
    {
        // In the background it would be stopped for trying.
        if (_isOver || !TerminalCalls.IsForeground(_input)) return;
        TerminalCalls.SetMode(_input, _original.KeyByKey());
        _renderer.Forget();
        _isTaken = true;
        _output.Write(TakeOver);
    }

    private void Release()
    {
        if (!_isTaken) return;
        _isTaken = false;
        try
        {
            _output.Write(GiveBack);
        }
        catch (IOException)
        {
            // The terminal is gone; there is nobody to give it back to.
        }
        finally
        {
            TerminalCalls.SetMode(_input, _original);
        }
    }

    private void Finish()
    {
        bool isLocked = Monitor.TryEnter(_gate, StalledTerminalTimeout);
        try
        {
            _isOver = true;
            if (isLocked) Release();
            else TerminalCalls.SetMode(_input, _original);
        }
        finally
        {
            if (isLocked) Monitor.Exit(_gate);
        }
    }

    private void FinishBeforeCrash(object sender, UnhandledExceptionEventArgs crash) => Finish();

    private void Suspend(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate) Release();
        TerminalCalls.StopThisProcess();
    }

    private void Resume(PosixSignalContext context)
    {
        // Otherwise the runtime would set the terminal's mode to what it was when the process began.
        context.Cancel = true;
        lock (_gate)
        {
            // Also after a stop that nobody announced (SIGSTOP), where the shell has set the terminal to its own liking since.
            _isTaken = false;
            Take();
        }

        _onChange();
    }

    private void HangUp()
    {
        IsHungUp = true;
        _onChange();
    }
}
