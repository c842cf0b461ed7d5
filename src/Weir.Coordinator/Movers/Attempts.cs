using Microsoft.Extensions.Logging;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>The attempts at one job: begun with the MDT once, tried as often as the rules allow, ended once.</summary>
internal sealed class Attempts(
    Job job, IHsmFileSystem fileSystem, IActionMover mover, MoverOptions options, Bandwidth bandwidth, ILogger logger, TimeProvider time, MoverMetrics? metrics)
{
    private readonly HsmRequest _request = job.Request;
    private IHsmAction? _action;
    private long _bytes;
    private int _count;

    /// <summary>How it ended; null when it was abandoned because the agent stops.</summary>
    public ActionReport? Run()
    {
        (int Errno, string Message)? failure;
        try
        {
            failure = Try();
        }
        catch (OperationCanceledException) when (job.IsCancelled || !job.Stop.IsCancellationRequested)
        {
            failure = (MoverErrno.Cancelled, "it was cancelled");
        }
        catch (OperationCanceledException)
        {
            _action?.Abandon();
            return null;
        }

        return End(failure);
    }

    private (int Errno, string Message)? Try()
    {
        while (true)
        {
            job.Stop.ThrowIfCancellationRequested();
            _count++;
            if (TryOnce() is not { } failure) return null;
            if (_count > options.Retries.Retries || !options.Retries.IsPassing(failure.Errno)) return failure;
            TimeSpan delay = options.Retries.Delay(_count, options.Random);
            MoverLog.Retrying(logger, HsmNames.Text(_request.Action), _request.Fid, failure.Message, delay, _count, options.Retries.Retries);
            metrics?.Retried(_request.Action, failure.Errno);
            Wait(delay);
        }
    }

    private (int Errno, string Message)? TryOnce()
    {
        try
        {
            _action ??= fileSystem.Begin(_request);
            _bytes = mover.Run(new(_request, _action, fileSystem, options, bandwidth, time, job.Stop));
            return null;
        }
        catch (MoverException exception) when (exception.Errno == MoverErrno.Cancelled)
        {
            throw new OperationCanceledException(exception.Message, exception);
        }
        catch (MoverException exception)
        {
            return (exception.Errno, exception.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One action's trouble, whatever it is, must not end the others.
            MoverLog.Unexpected(logger, exception, HsmNames.Text(_request.Action), _request.Fid);
            return (MoverErrno.InputOutput, exception.Message);
        }
    }

    /// <summary>Lets time pass, and still hears of a cancel that only the MDT knows of.</summary>
    private void Wait(TimeSpan delay)
    {
        var report = _action is null ? null : new ActionRun(_request, _action, fileSystem, options, bandwidth, time, job.Stop);
        long start = time.GetTimestamp();
        while (delay - time.GetElapsedTime(start) is { } left && left > TimeSpan.Zero)
        {
            TimedWait.For(left < options.ProgressInterval ? left : options.ProgressInterval, time, job.Stop);
            report?.Report(0, 0);
        }
    }

    private ActionReport End((int Errno, string Message)? failure)
    {
        int errno = failure?.Errno ?? 0;
        string? message = failure?.Message;
        bool mayRetry = errno != MoverErrno.Cancelled && options.Retries.IsPassing(errno);
        try
        {
            if (_action is null) fileSystem.EndWithError(_request, errno, mayRetry);
            else _action.End((ulong)_bytes, errno, mayRetry);
        }
        catch (MoverException exception)
        {
            MoverLog.MdtNotTold(logger, HsmNames.Text(_request.Action), _request.Fid, _request.Cookie, exception.Message);
            if (errno == 0) (errno, message) = (exception.Errno, exception.Message);
        }

        return new(_request, errno, message, errno == 0 ? _bytes : 0, _count, TimeSpan.Zero);
    }
}
