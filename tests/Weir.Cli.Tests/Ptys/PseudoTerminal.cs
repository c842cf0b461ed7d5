using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Cli.Tests.Ptys;

/// <summary>How a process on a pseudo-terminal ended.</summary>
/// <param name="ExitCode">Null when a signal ended it.</param>
/// <param name="Signal">0 when it exited by itself.</param>
internal readonly record struct PtyExit(int? ExitCode, int Signal);

/// <summary>A real pseudo-terminal with one process on it, which has it as its controlling terminal, and a screen that shows what it writes.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int KillSignal = 9;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly int _master;
    private readonly int _slave;
    private readonly string _name;
    private readonly Thread _reader;
    private readonly object _gate = new();
    private readonly VtScreen _screen;
    private readonly StringBuilder _written = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private int _process;
    private bool _isOver;

    public PseudoTerminal(int width = 80, int height = 24)
    {
        _screen = new(width, height);
        _master = Check(PtyCalls.OpenMaster(PtyCalls.ReadWrite | PtyCalls.NoControllingTerminal | PtyCalls.CloseOnExec));
        Check(PtyCalls.Grant(_master));
        Check(PtyCalls.Unlock(_master));
        var name = new byte[128];
        Check(PtyCalls.Name(_master, name, name.Length));
        _name = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));

        // Held open, so that the terminal and its mode are still there when the process has gone.
        _slave = Check(PtyCalls.Open(_name, PtyCalls.ReadWrite | PtyCalls.NoControllingTerminal | PtyCalls.CloseOnExec));
        SetSize(width, height);
        _reader = new(ReadAll) { IsBackground = true, Name = "pty" };
        _reader.Start();
    }

    /// <summary>Bytes that the process has written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>The terminal's mode, as a program finds it.</summary>
    public byte[] Mode
    {
        get
        {
            var mode = new byte[PtyCalls.OpaqueBytes];
            Check(PtyCalls.GetMode(_slave, mode));
            return mode;
        }
    }

    /// <summary>Starts weir on the terminal.</summary>
    public void StartWeir(IReadOnlyDictionary<string, string?> variables, params string[] words) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), .. words], variables);

    /// <summary>What was on the screen before.</summary>
    public void WriteBefore(string text) => Check(PtyCalls.Write(_slave, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetByteCount(text)));

    public void Type(string keys) => Check(PtyCalls.Write(_master, Encoding.UTF8.GetBytes(keys), Encoding.UTF8.GetByteCount(keys)));

    public void Signal(int signal) => Check(PtyCalls.Kill(_process, signal));

    /// <summary>As a terminal emulator does when its window changes: the kernel sends SIGWINCH.</summary>
    public void Resize(int width, int height)
    {
        lock (_gate) _screen.Resize(width, height);
        SetSize(width, height);
    }

    /// <summary>Looks at the screen while nothing is written to it.</summary>
    public T Look<T>(Func<VtScreen, T> look)
    {
        lock (_gate) return look(_screen);
    }

    /// <summary>Waits until the screen shows something.</summary>
    public async Task WaitForAsync(Func<VtScreen, bool> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_failure is not null) throw new InvalidOperationException($"weir wrote what no terminal takes: {_failure.Message}", _failure);
                if (condition(_screen)) return;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The screen never showed {what}. It shows:\n{Look(screen => screen.Text)}");
            }
        }
    }

    public Task WaitForTextAsync(string text) => WaitForAsync(screen => screen.Text.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Waits until the process has written something, whether or not it has scrolled off the screen since.</summary>
    public Task WaitForWrittenAsync(string text) => WaitForAsync(_ => _written.ToString().Contains(text, StringComparison.Ordinal), $"'{text}', not even in passing");

    /// <summary>Waits until the process is stopped, and returns the signal that stopped it.</summary>
    public async Task<int> WaitForStopAsync()
    {
        int status = await WaitAsync(PtyCalls.Untraced);
        Assert.Equal(0x7F, status & 0xFF);
        return (status >> 8) & 0xFF;
    }

    public async Task<PtyExit> WaitForExitAsync()
    {
        int status = await WaitAsync(0);
        _isOver = true;
        int signal = status & 0x7F;
        return new(signal == 0 ? (status >> 8) & 0xFF : null, signal);
    }

    public void Dispose()
    {
        if (!_isOver && _process > 0)
        {
            _ = PtyCalls.Kill(_process, KillSignal);
            _ = PtyCalls.Wait(_process, out _, 0);
        }

        _ = PtyCalls.Close(_slave); // the last one: the reader is told that the terminal is gone
        _reader.Join();
        _ = PtyCalls.Close(_master);
    }

    private void Start(string program, string[] arguments, IReadOnlyDictionary<string, string?> variables)
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment[(string)variable.Key] = (string)variable.Value!;
        foreach ((string name, string? value) in variables)
        {
            if (value is null) environment.Remove(name);
            else environment[name] = value;
        }

        Span<byte> signals = stackalloc byte[PtyCalls.OpaqueBytes];
        Span<byte> attributes = stackalloc byte[PtyCalls.OpaqueBytes];
        Span<byte> actions = stackalloc byte[PtyCalls.OpaqueBytes];
        _ = PtyCalls.InitAttributes(attributes);
        _ = PtyCalls.SetFlags(attributes, PtyCalls.NewSession | PtyCalls.DefaultSignals | PtyCalls.SignalMask);
        _ = PtyCalls.FillSignals(signals);
        _ = PtyCalls.SetDefaultSignals(attributes, signals);
        _ = PtyCalls.EmptySignals(signals);
        _ = PtyCalls.SetSignalMask(attributes, signals);
        _ = PtyCalls.InitActions(actions);
        _ = PtyCalls.AddOpen(actions, 0, _name, PtyCalls.ReadWrite, 0);
        _ = PtyCalls.AddDuplicate(actions, 0, 1);
        _ = PtyCalls.AddDuplicate(actions, 0, 2);
        nint[] words = Strings([program, .. arguments]);
        nint[] settings = Strings([.. environment.Select(variable => $"{variable.Key}={variable.Value}")]);
        int error = PtyCalls.Spawn(out _process, program, actions, attributes, words, settings);
        foreach (nint text in (nint[])[.. words, .. settings]) Marshal.FreeCoTaskMem(text);
        if (error != 0) throw new InvalidOperationException($"cannot start {program}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    private static nint[] Strings(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private async Task<int> WaitAsync(int options)
    {
        int process = _process;
        Task<int> waiting = Task.Run(() =>
        {
            Check(PtyCalls.Wait(process, out int status, options));
            return status;
        });
        try
        {
            return await waiting.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"weir did not end or stop. The screen shows:\n{Look(screen => screen.Text)}");
        }
    }

    private void ReadAll()
    {
        var buffer = new byte[4096];
        while (true)
        {
            nint read = PtyCalls.Read(_master, buffer, buffer.Length);
            if (read <= 0) return;
            TaskCompletionSource changed;
            lock (_gate)
            {
                BytesWritten += read;
                _written.Append(Encoding.Latin1.GetString(buffer, 0, (int)read));
                try
                {
                    if (_failure is null) _screen.Write(buffer.AsSpan(0, (int)read));
                }
                catch (FormatException exception)
                {
                    _failure = exception;
                }

                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }

    private void SetSize(int width, int height) =>
        Check(PtyCalls.SetSize(_master, PtyCalls.SetWindowSize, new() { Columns = (ushort)width, Rows = (ushort)height }));

    private static int Check(nint result) =>
        result >= 0 ? (int)result : throw new InvalidOperationException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
}
