using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Feed;
using Weir.Lab.Mdt;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Lab.Coordinators;

/// <summary>
/// A coordinator between simulated MDTs and simulated agents, in simulated time and without sockets: what the server does, step by step, and
/// a ledger of who was handed what. Not for several threads.
/// </summary>
public sealed class LabCoordinator : ICopytool
{
    private readonly MdtCluster _cluster;
    private readonly ManualTimeProvider _time;
    private readonly CoordinatorOptions _options;
    private readonly JournalOptions _journal;
    private readonly HandOutLedger _ledger;
    private readonly ShareLedger? _shares;
    private readonly List<HsmRequest> _taken = [];
    private readonly List<RequestKey> _cancelled = [];
    private readonly DateTimeOffset _start;
    private JournaledCoordinator? _coordinator;

    /// <summary>Whether something may have been said to the server that is not durable.</summary>
    private bool _isWithinStep;

    public LabCoordinator(MdtCluster cluster, ManualTimeProvider time, CoordinatorOptions options, JournalOptions journal, IReadOnlyList<SimulatedAgent> agents)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);
        _cluster = cluster;
        _time = time;
        _options = options;
        _journal = journal;
        Agents = agents;
        _ledger = new(this, options.ClientGrace);
        if (ShareLedger.AppliesTo(options)) _shares = new(this, Owners, options);
        _start = cluster.Now;
        cluster.HandTo(this);
    }

    public IReadOnlyList<SimulatedAgent> Agents { get; }

    /// <summary>The server's core; null while it is down.</summary>
    public CoordinatorCore? Core => _coordinator?.Core;

    /// <summary>What must not have happened, one sentence each.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Is told of every request, and cancel, that an agent is given.</summary>
    public Action<SimulatedAgent, HsmRequest>? HandingOut { get; set; }

    /// <summary>Is told of what becomes of every request, before the MDT is: by which agent (null: it ended here), and with which error number (0: none).</summary>
    public Action<SimulatedAgent?, RequestKey, int>? Ended { get; set; }

    /// <summary>Requests handed to agents.</summary>
    public long HandedOut { get; private set; }

    /// <summary>Ends that an MDT no longer wanted to hear of: a second one, or one after its time-out.</summary>
    public long LateReports { get; private set; }

    /// <summary>How often somebody's request waited while another's was served; 0 where users do not share fairly.</summary>
    public long FairnessChecks => _shares?.Checks ?? 0;

    internal TimeSpan Now => _cluster.Now - _start;

    /// <summary>Starts the server on its feed. What the MDTs have handed over and it does not know is taken in.</summary>
    public async Task StartAsync(IFeedEngine engine)
    {
        _coordinator = await JournaledCoordinator.OpenAsync(engine, _options, _time, NullLogger.Instance, _journal).ConfigureAwait(false);
        foreach (HsmRequest active in _cluster.Mdts.SelectMany(mdt => mdt.Active)) Core!.Queue(active, RequestOrigin.Import);
    }

    /// <summary>The server is gone, as after kill -9: every connection breaks, what was not durable is lost.</summary>
    public void Kill()
    {
        _coordinator = null;
        _taken.Clear();
        _cancelled.Clear();
        _shares?.Reset();
        foreach (SimulatedAgent agent in Agents) agent.LoseConnection(Now, isUnheard: _isWithinStep);
    }

    /// <summary>One second: the MDTs, the server and the agents each do what they do. Throws what writing to the feed throws; the server must then be killed.</summary>
    public async Task StepAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _cluster.Advance(TimeSpan.FromSeconds(1));
        TakeFromMdts();
        _isWithinStep = true;
        foreach (SimulatedAgent agent in Agents) agent.Act(this, Now);
        if (_coordinator is null) return;
        FindOwners();
        Core!.Tick();
        while (true)
        {
            Turn turn = _coordinator.TakeTurn();
            _shares?.Check(Core, turn.Effects.OfType<HandOut>());
            bool isLast = turn.IsEmpty && _coordinator.NextDeadline() != TimeSpan.Zero;
            await _coordinator.WriteAsync(turn).ConfigureAwait(false);
            foreach (Effect effect in turn.Effects) Do(effect);
            _coordinator.Return(turn);
            if (!isLast) continue;
            _isWithinStep = false;
            return;
        }
    }

    /// <summary>A user cancels, or MDTs hand over: from the MDTs to the core.</summary>
    void ICopytool.Take(HsmRequest request) => _taken.Add(request);

    void ICopytool.Cancel(RequestKey key) => _cancelled.Add(key);

    internal void Report(RequestKey key, int errno, SimulatedAgent? by = null)
    {
        Ended?.Invoke(by, key, errno);
        _ledger.Ended(key);
        if (!_cluster.Report(key, errno)) LateReports++;
    }

    /// <summary>An agent says that something is done, and hears of it when it is durable.</summary>
    internal void Done(SimulatedAgent agent, RequestKey key)
    {
        Core!.End(agent.Session, key, 0);
        Core.AddReply(agent.Connection, (agent, key));
    }

    /// <summary>An agent says that something is done which is another's, or that nobody knows.</summary>
    internal void Lie(SimulatedAgent agent, Random random)
    {
        RequestKey[] others = [.. Agents.Where(other => other != agent).SelectMany(other => other.Running)];
        RequestKey key = others.Length == 0 || random.Next(4) == 0 ? new((ulong)random.NextInt64(), new(1, 2, 3)) : others[random.Next(others.Length)];
        _ledger.LiedAbout(key);
        Core!.End(agent.Session, key, 0);
    }

    private static readonly SimulatedOwners Owners = new(20);

    /// <summary>Owners are found as a server finds them: after a request was taken in.</summary>
    private void FindOwners()
    {
        var wanted = new List<(RequestKey Key, Fid Fid)>();
        Core!.TakeOwnerless(wanted, int.MaxValue);
        foreach ((RequestKey key, Fid fid) in wanted) Core.SetOwner(key, Owners.Find(fid));
    }

    private void TakeFromMdts()
    {
        if (Core is not null)
        {
            foreach (HsmRequest request in _taken) Core.Queue(request, RequestOrigin.Lustre);
            foreach (RequestKey key in _cancelled)
            {
                // The MDT does not wait for ever for a coordinator that does not know.
                if (Core.Cancel(key) == CancelOutcome.Unknown) Report(key, 125);
            }
        }

        _taken.Clear();
        _cancelled.Clear();
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case HandOut list:
                SimulatedAgent to = Agents.First(agent => agent.Id == list.Agent.Id);
                if (to.Connection is null || to.Connection != list.Connection) return;
                _ledger.Check(to, list);
                HandedOut += list.Items.Length;
                if (HandingOut is { } told) foreach (HsmRequest item in list.Items.Span) told(to, item);
                to.Take(this, list, Now);
                break;
            case Reply { Content: (SimulatedAgent agent, RequestKey key) } reply:
                if (agent.Connection is not null && agent.Connection == reply.Connection) agent.Acknowledged(key);
                break;
            case LustreAnswer answer:
                Report(answer.Request.Key, answer.Errno);
                break;
            default:
                break;
        }
    }
}
