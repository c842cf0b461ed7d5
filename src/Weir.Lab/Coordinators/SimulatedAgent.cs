using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Lab.Mdt;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>
/// A copytool's host: asks the coordinator for work, takes its time, tells the MDT and then the coordinator. It crashes, hangs, lies and
/// loses its connection as often as its behaviour says.
/// </summary>
public sealed class SimulatedAgent
{
    private readonly Random _random;
    private readonly SortedDictionary<(TimeSpan Due, ulong Order), HsmRequest> _plan = [];
    private readonly Dictionary<RequestKey, (TimeSpan Due, ulong Order)> _running = [];
    private readonly Dictionary<RequestKey, HsmRequest> _ended = [];
    private ulong _order;
    private TimeSpan _absentUntil;

    public SimulatedAgent(string id, AgentBehaviour behaviour, int seed)
    {
        Id = id;
        Behaviour = behaviour;
        _random = new(seed);
    }

    public string Id { get; }

    public AgentBehaviour Behaviour { get; set; }

    /// <summary>What its process runs, whatever the coordinator thinks.</summary>
    public IReadOnlyCollection<RequestKey> Running => _running.Keys;

    /// <summary>Grows with every new process.</summary>
    public int Incarnation { get; private set; }

    /// <summary>Since when it has no connection; null while it has one.</summary>
    public TimeSpan? OutOfReachSince { get; private set; } = TimeSpan.Zero;

    /// <summary>How long it was out of reach before it came back last, and when that was.</summary>
    internal (TimeSpan Length, TimeSpan End) LastAbsence { get; private set; }

    internal Agent? Session { get; private set; }

    internal object? Connection { get; private set; }

    /// <summary>Its process is ended, with all that it did, and is not started again until this is false.</summary>
    public bool IsStopped { get; set; }

    /// <summary>How often things went wrong.</summary>
    public int Troubles { get; private set; }

    /// <summary>What it does in one second.</summary>
    internal void Act(LabCoordinator lab, TimeSpan now)
    {
        if (IsStopped)
        {
            End(lab, now);
            return;
        }

        if (now < _absentUntil) return;
        if (Misbehave(lab, now)) return;
        Work(lab, now);
        if (Connection is null) Connect(lab);
        if (Session is null) return;
        foreach (HsmRequest ended in _ended.Values) lab.Done(this, ended.Key);
        if (_random.Happens(Behaviour.LieProbability)) lab.Lie(this, _random);
        if (Session.State == AgentState.Ready) lab.Core!.Receive(Session, new(Behaviour.MaxOfEach, Behaviour.MaxOfEach, Behaviour.MaxOfEach));
    }

    /// <summary>A list comes in.</summary>
    internal void Take(LabCoordinator lab, HandOut list, TimeSpan now)
    {
        foreach (HsmRequest item in list.Items.Span)
        {
            if (item.Action == HsmAction.Cancel)
            {
                // As progress would tell it: the transfer stops with ECANCELED.
                if (_running.TryGetValue(item.Key, out (TimeSpan Due, ulong Order) at)) Finish(lab, at, 125);
                continue;
            }

            if (!_ended.ContainsKey(item.Key) && !_running.ContainsKey(item.Key)) Begin(item, now);
            else lab.Violations.Add($"{Id} was handed {item.Key} although it has it already.");
        }
    }

    /// <summary>The coordinator has taken note that something is done.</summary>
    internal void Acknowledged(RequestKey key) => _ended.Remove(key);

    /// <summary>The connection is gone; the work goes on.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isUnheard">Whether what it said in this second was lost: to have come back was then as good as to have stayed away.</param>
    internal void LoseConnection(TimeSpan now, bool isUnheard = false)
    {
        Session = null;
        Connection = null;
        if (isUnheard && OutOfReachSince is null && LastAbsence.End == now) OutOfReachSince = now - LastAbsence.Length;
        OutOfReachSince ??= now;
    }

    private void Begin(HsmRequest item, TimeSpan now)
    {
        (TimeSpan, ulong) at = (now + _random.Around(Behaviour.MeanRunTime), _order++);
        _plan.Add(at, item);
        _running.Add(item.Key, at);
    }

    private void Work(LabCoordinator lab, TimeSpan now)
    {
        while (_plan.Count > 0 && _plan.First().Key is var first && first.Due <= now) Finish(lab, first, _random.Happens(Behaviour.FailureProbability) ? 5 : 0);
    }

    private void Finish(LabCoordinator lab, (TimeSpan Due, ulong Order) at, int errno)
    {
        _plan.Remove(at, out HsmRequest item);
        _running.Remove(item.Key);
        _ended.Add(item.Key, item);
        lab.Report(item.Key, errno, this);
    }

    private void Connect(LabCoordinator lab)
    {
        if (lab.Core is null) return;
        Connection = new();
        var hello = new AgentHello { Id = Id, ArchiveIds = Behaviour.ArchiveIds, Connection = Connection };
        if (lab.Core.Attach(hello, out Agent? session) != AttachOutcome.Attached)
        {
            Connection = null;
            return;
        }

        // What it has ended, but not been able to say, it still names: it says so next.
        foreach (HsmRequest item in _plan.Values.Concat(_ended.Values)) lab.Core.Reclaim(session!, item);
        lab.Core.EndReclaim(session!);
        Session = session;
        LastAbsence = (lab.Now - (OutOfReachSince ?? lab.Now), lab.Now);
        OutOfReachSince = null;
    }

    private bool Misbehave(LabCoordinator lab, TimeSpan now)
    {
        if (_random.Happens(Behaviour.CrashProbability))
        {
            End(lab, now);
            Leave(lab, now);
        }
        else if (_random.Happens(Behaviour.DisconnectProbability))
        {
            Leave(lab, now);
            Work(lab, now);
            return true;
        }
        else if (!_random.Happens(Behaviour.HangProbability))
        {
            return false;
        }

        Troubles++;
        _absentUntil = now + _random.Around(Behaviour.MeanAbsence);
        return true;
    }

    /// <summary>Its process is no more.</summary>
    private void End(LabCoordinator lab, TimeSpan now)
    {
        _plan.Clear();
        _running.Clear();
        _ended.Clear();
        Incarnation++;
        Disconnect(lab, now);
    }

    private void Disconnect(LabCoordinator lab, TimeSpan now)
    {
        if (Session is not null) lab.Core?.Detach(Session);
        LoseConnection(now);
    }

    private void Leave(LabCoordinator lab, TimeSpan now)
    {
        Troubles++;
        Disconnect(lab, now);
        _absentUntil = now + _random.Around(Behaviour.MeanAbsence);
    }
}
