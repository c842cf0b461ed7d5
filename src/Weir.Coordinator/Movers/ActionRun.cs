using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Movers;

/// <summary>One attempt at an action, as its mover sees it.</summary>
public sealed class ActionRun
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Bandwidth _bandwidth;
    private long _lastReport;
    private ulong _reported;

    internal ActionRun(in HsmRequest request, IHsmAction action, IHsmFileSystem fileSystem, MoverOptions options, Bandwidth bandwidth, TimeProvider time, CancellationToken stop)
    {
        (Request, Action, FileSystem, _bandwidth, _time, Stop) = (request, action, fileSystem, bandwidth, time, stop);
        _interval = options.ProgressInterval;
        _lastReport = time.GetTimestamp();
    }

    public HsmRequest Request { get; }

    public IHsmAction Action { get; }

    public IHsmFileSystem FileSystem { get; }

    /// <summary>Set when the action is cancelled, and when the agent stops.</summary>
    public CancellationToken Stop { get; }

    /// <summary>The longest that a mover may go without calling <see cref="Report"/>.</summary>
    public TimeSpan ReportInterval => _interval;

    /// <summary>Waits until the bandwidth allows for so many more bytes.</summary>
    public void Spend(int bytes) => _bandwidth.Spend(bytes, Stop);

    /// <summary>Tells the MDT how far it is, when that is due; hears whether the action is cancelled.</summary>
    /// <param name="done">Bytes so far.</param>
    /// <param name="total">Of so many; 0 when nobody knows.</param>
    /// <exception cref="OperationCanceledException">It is.</exception>
    /// <exception cref="MoverException">The MDT has forgotten the request, or cannot be told.</exception>
    public void Report(ulong done, ulong total)
    {
        Stop.ThrowIfCancellationRequested();
        if (_time.GetElapsedTime(_lastReport) < _interval) return;
        _lastReport = _time.GetTimestamp();
        ulong from = Math.Min(_reported, done);
        int errno = Action.Progress(from, done - from, total);
        _reported = done;
        if (errno == MoverErrno.Cancelled) throw new OperationCanceledException("The MDT says that the request was cancelled.");
        if (errno != 0) throw MoverException.Of(errno, "The MDT does not take the action's progress");
    }
}
