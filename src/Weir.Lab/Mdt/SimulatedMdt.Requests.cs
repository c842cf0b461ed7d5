using Weir.Lustre;

namespace Weir.Lab.Mdt;

public sealed partial class SimulatedMdt
{
    private const int RememberedRequests = 256;
    private const uint ObjectsPerSequence = 0x20000;

    private readonly HashSet<(Fid Fid, HsmAction Action)> _unfinished = [];
    private readonly List<(Fid Fid, HsmAction Action)> _remembered = [];
    private ulong _cookie;
    private ulong _fidSequence;
    private uint _fidObject;

    private void Arrive()
    {
        for (int left = _random.Burst(_options.MeanBurst); left > 0; left--)
        {
            if (_catalog.IsFull) _counts.RefusedRequests++;
            else Accept();
        }
    }

    private void Accept()
    {
        bool isRepeat = TryRepeat(out (Fid Fid, HsmAction Action) wanted);
        if (!isRepeat) wanted = (NextFid(), _random.Action(_options));
        var request = new Request
        {
            Cookie = _cookie++,
            Fid = wanted.Fid,
            Action = wanted.Action,
            ArchiveId = (uint)_random.Next(_options.ArchiveCount) + 1,
            Flags = _random.Happens(_options.ForceProbability) ? 1UL : 0,
            Data = _random.Happens(_options.UserDataProbability) ? _random.UserData() : [],
        };
        _counts.Requests++;
        if (isRepeat) _counts.RepeatedRequests++;
        _unfinished.Add(wanted);
        Remember(wanted);
        Log(request);
        _waiting.Enqueue(request);
        if (_random.Happens(_options.CancelProbability)) Plan(Step.AskCancel, _random.Around(_options.MeanRunTime), request);
    }

    /// <summary>The coordinator takes no second request for what is still to be done; once it is over, it does.</summary>
    private bool TryRepeat(out (Fid Fid, HsmAction Action) wanted)
    {
        wanted = default;
        if (_remembered.Count == 0 || !_random.Happens(_options.RepeatProbability)) return false;
        wanted = _remembered[_random.Next(_remembered.Count)];
        return !_unfinished.Contains(wanted);
    }

    private void Remember((Fid Fid, HsmAction Action) wanted)
    {
        if (_remembered.Count < RememberedRequests) _remembered.Add(wanted);
        else _remembered[_random.Next(RememberedRequests)] = wanted;
    }

    private Fid NextFid()
    {
        if (++_fidObject > ObjectsPerSequence)
        {
            _fidObject = 1;
            _fidSequence++;
        }

        return new(_fidSequence, _fidObject, 0);
    }

    /// <summary>A user wants the request canceled: a record of its own with the same cookie.</summary>
    private void AskCancel(Request victim)
    {
        if (victim.Status.IsFinal() || victim.IsBeingCanceled || _catalog.IsFull) return;
        victim.IsBeingCanceled = true;
        var cancel = new Request
        {
            Cookie = victim.Cookie,
            Fid = victim.Fid,
            Action = HsmAction.Cancel,
            ArchiveId = victim.ArchiveId,
            Victim = victim,
        };
        _counts.CancelRequests++;
        Log(cancel);
        _waitingCancels.Enqueue(cancel);
    }

    private void Log(Request request)
    {
        _catalog.Add(request);
        _report(new(Name, _now, request.Truth, null, false));
    }

    /// <summary>The coordinator goes on after the highest cookie it knows, or with the clock when the log is empty.</summary>
    private void ComeBack()
    {
        if (_catalog.Count == 0) _cookie = Math.Max(_cookie, (ulong)_now.ToUnixTimeSeconds());
    }
}
