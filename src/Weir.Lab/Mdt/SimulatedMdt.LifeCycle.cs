using Weir.Lustre;

namespace Weir.Lab.Mdt;

public sealed partial class SimulatedMdt
{
    private static readonly TimeSpan MeanCancelTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HastyDelay = TimeSpan.FromSeconds(0.5);

    private readonly Queue<Request> _waiting = new();
    private readonly Queue<Request> _waitingCancels = new();
    private readonly Queue<(Request Request, DateTimeOffset Due)> _final = new();
    private int _started;

    /// <summary>One pass of the coordinator: hands out what there is room for, CANCELs first.</summary>
    private void StartWaiting()
    {
        while (_waitingCancels.TryDequeue(out Request? cancel)) StartCancel(cancel);
        while (_started < _options.MaxRequests && _waiting.TryDequeue(out Request? request))
        {
            // It was canceled while it waited.
            if (request.Status != HsmStatus.Waiting) continue;
            request.Attempt++;
            _started++;
            _counts.Starts++;
            Set(request, HsmStatus.Started);
            if (Copytool is not null) HandOver(request);
            else if (_random.Happens(_options.StuckProbability)) Plan(Step.TimeOut, _options.ActiveRequestTimeout, request);
            else Plan(Step.EndAttempt, _random.Around(_options.MeanRunTime), request);
        }
    }

    private void EndAttempt(Request request, int attempt)
    {
        if (request.Status != HsmStatus.Started || request.Attempt != attempt) return;
        _started--;
        double draw = _random.NextDouble();
        if (draw < _options.RetryProbability)
        {
            _counts.Retries++;
            Set(request, HsmStatus.Waiting);
            _waiting.Enqueue(request);
        }
        else if (draw < _options.RetryProbability + _options.FailureProbability)
        {
            End(request, HsmStatus.Failed);
        }
        else
        {
            End(request, HsmStatus.Succeed);
        }
    }

    private void TimeOut(Request request, int attempt)
    {
        if (request.Status != HsmStatus.Started || request.Attempt != attempt) return;
        _started--;
        _counts.TimedOut++;
        if (Copytool is not null) ForgetHandedOver(request);
        End(request, HsmStatus.Canceled);
    }

    /// <summary>A waiting victim is canceled at once; for a started one the agent has to notice first.</summary>
    private void StartCancel(Request cancel)
    {
        Set(cancel, HsmStatus.Started);
        if (cancel.Victim!.Status == HsmStatus.Started && Copytool is not null) ForwardCancel(cancel);
        else if (cancel.Victim!.Status == HsmStatus.Started) Plan(Step.EndCancel, _random.Around(MeanCancelTime), cancel);
        else EndCancel(cancel);
    }

    private void EndCancel(Request cancel)
    {
        Request victim = cancel.Victim!;
        if (victim.Status.IsFinal())
        {
            _counts.LateCancels++;
            End(cancel, HsmStatus.Failed);
            return;
        }

        // Some copytools cannot: ENOSYS.
        if (victim.Status == HsmStatus.Started && _random.Happens(0.05))
        {
            End(cancel, HsmStatus.Failed);
            return;
        }

        if (victim.Status == HsmStatus.Started) _started--;
        End(victim, HsmStatus.Canceled);
        End(cancel, HsmStatus.Succeed);
    }

    private void End(Request request, HsmStatus status)
    {
        Set(request, status);
        if (request.Action != HsmAction.Cancel) CountEnd(request);
        if (_random.Happens(_options.HastyDeletionProbability))
        {
            _counts.HastyDeletions++;
            Plan(Step.Delete, HastyDelay, request);
        }
        else
        {
            _final.Enqueue((request, _now + _options.GraceDelay));
        }
    }

    private void CountEnd(Request request)
    {
        _unfinished.Remove((request.Fid, request.Action));
        switch (request.Status)
        {
            case HsmStatus.Succeed:
                _counts.Succeeded++;
                break;
            case HsmStatus.Failed:
                _counts.Failed++;
                break;
            default:
                _counts.Canceled++;
                break;
        }
    }

    /// <summary>Deletes what has been final for longer than the grace delay.</summary>
    private void DeleteDue()
    {
        while (_final.TryPeek(out (Request Request, DateTimeOffset Due) oldest) && oldest.Due < _now)
        {
            _final.Dequeue();
            Delete(oldest.Request);
        }
    }

    private void Delete(Request request)
    {
        TrueAction last = request.Truth;
        _catalog.Remove(request);
        _counts.Deleted++;
        _report(new(Name, _now, last, last.Status, true));
    }

    private void Set(Request request, HsmStatus status)
    {
        HsmStatus before = request.Status;
        request.Status = status;
        if (_options.StatusChangesMoveRecords && !_catalog.IsFull) _catalog.Move(request);
        _report(new(Name, _now, request.Truth, before, false));
    }
}
