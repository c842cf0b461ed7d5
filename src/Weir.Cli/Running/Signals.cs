using System.Runtime.InteropServices;

namespace Weir.Cli.Running;

/// <summary>Turns the first SIGINT or SIGTERM into a cancelled token, so that a verb can finish; the second ends the process at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _exitCode;

    public Signals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, Running.ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, Running.ExitCode.Terminated));
    }

    public CancellationToken Token => _source.Token;

    /// <summary>What to exit with when the signal kept the verb from finishing; 0 when there was none.</summary>
    public int ExitCode => Volatile.Read(ref _exitCode);

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Receive(PosixSignalContext context, int exitCode)
    {
        bool isFirst = Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0;
        context.Cancel = isFirst;
        if (isFirst) _source.Cancel();
    }
}
