using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <summary>
/// The coordinator without sockets, threads and clocks of its own: what it is told changes its state at once, and what is to be written and
/// sent for it is collected in a turn. Whoever drives it makes the turn's journal durable and then does its effects; meanwhile the core
/// may be told more, as long as turns are written and done in their order. The same calls at the same times give the same
/// turns. Not for several threads.
/// </summary>
/// <remarks>
/// <code>
/// core.Queue(request, RequestOrigin.Queue);
/// core.AddReply(connection, "{\"command\":\"queue\",\"enqueued\":1}");
/// Turn turn = core.TakeTurn();          // hands out what can be handed out now
/// await journal.AppendAsync(turn);      // nothing of the turn is acknowledged before
/// foreach (Effect effect in turn.Effects) …
/// </code>
/// <see cref="Tick"/> is to be called when <see cref="NextDeadline"/> has come. If a turn cannot be written, this object knows more than the
/// journal does: throw it away, close the agents' connections and start again from the journal.
/// </remarks>
public sealed partial class CoordinatorCore
{
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Random _random;
    private readonly ClassRules[] _classes;
    private readonly RequestStore _store = new();
    private readonly PlaceQueues _global;
    private readonly JournalWriter _journal = new();
    private readonly EventWriter _events = new();
    private readonly ArchiveRates? _rates;
    private Turn _turn = new();
    private TimeSpan _now;
    private DateTimeOffset _wall;
    private long _wallMs;
    private ulong _lastOrder;

    /// <summary>Grows with everything that may give a waiting agent work; an agent that was looked at since is not looked at again.</summary>
    private long _changes;

    private WorkCounts _queued;
    private WorkCounts _running;
    private WorkCounts _done;
    private long _cancelsPending;
    private long _cancelsDone;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CoordinatorCore(CoordinatorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();
        _options = options;
        _time = time;
        _startedAt = time.GetTimestamp();
        _random = new(options.Seed);
        _classes = ClassRules.All(options.Classes, options.DefaultClass);
        _global = new(_classes, new(null, null), options.Batches is not null);
        _mappings = [.. options.HostMappings.Reverse().Select(mapping => new HostTable(mapping))];
        _reportHint = options.Reporting is null ? null : System.Text.Encoding.UTF8.GetBytes(options.Reporting.Hint + "=");
        if (Array.Exists(_classes, rules => rules.GoesByOwner)) _ownerless = new();
        if (options.ArchiveRates.Count > 0) _rates = new(options.ArchiveRates);
        _journal.MoveTo(_turn.Journal);
        _events.Batch = _turn.Events;
        Begin();
    }

    public CoordinatorOptions Options => _options;

    public LockMode Lock { get; private set; }

    /// <summary>Requests that wait, by kind.</summary>
    public WorkCounts Queued => _queued;

    /// <summary>Requests that agents run, by kind.</summary>
    public WorkCounts Running => _running;

    /// <summary>Requests that agents have ended since the journal's beginning, by kind.</summary>
    public WorkCounts Done => _done;

    /// <summary>Cancels that wait to be sent to agents.</summary>
    public long CancelsPending => _cancelsPending;

    /// <summary>Cancels that were carried out or sent since the journal's beginning.</summary>
    public long CancelsDone => _cancelsDone;

    /// <summary>Requests that are known.</summary>
    public int Count => _store.Count;

    /// <summary>Takes a request in. It is acknowledged to nobody before its turn is durable.</summary>
    public QueueOutcome Queue(in HsmRequest request, RequestOrigin origin)
    {
        Begin();
        if (!IsValid(request)) return QueueOutcome.Invalid;
        if (_store.Find(request.Key) != RequestStore.None) return QueueOutcome.Known;
        return TryAdd(request, origin, out int slot) ? Finish(slot) : QueueOutcome.Full;

        QueueOutcome Finish(int slot)
        {
            Enter(slot, FindSpot(slot), isReturned: false);
            _journal.Accepted(slot, _store[slot]);
            _events.Accepted(_store[slot], origin);
            if (_store[slot].Agent != 0) Announce(slot);
            return QueueOutcome.Added;
        }
    }

    /// <summary>Puts a reply of the driver's own in its place among the effects, so that it leaves when what it acknowledges is durable.</summary>
    public void AddReply(object? connection, object? content) => _turn.Effects.Add(new Reply(connection, content));

    /// <summary>Whether the request is known, in a queue or running.</summary>
    public bool Knows(in RequestKey key) => _store.Find(key) != RequestStore.None;

    /// <summary>Sets the lock; what waits is handed out with the turn when it is unlocked.</summary>
    public void SetLock(LockMode mode)
    {
        Begin();
        Lock = mode;
        _hasQuit = false;
        _journal.Lock(mode);
        _events.Lock(mode);
        _changes++;
    }

    /// <summary>
    /// Hands out what can be handed out, and gives what has come together since the last turn. <paramref name="next"/> is an empty turn to go
    /// on with, for instance an older one that is done with.
    /// </summary>
    public Turn TakeTurn(Turn? next = null)
    {
        Settle();
        return Swap(next);
    }

    /// <summary>Hands out what can be handed out; what is added to the turn afterwards is behind all that came of the calls so far.</summary>
    internal void Settle()
    {
        Begin();
        Pump();
        QuitWhenIdle();
    }

    internal Turn Swap(Turn? next)
    {
        _journal.Close();
        Turn taken = _turn;
        _turn = next ?? new();
        _journal.MoveTo(_turn.Journal);
        _events.Batch = _turn.Events;
        return taken;
    }

    /// <summary>Takes the time for a call: one moment for all that it does.</summary>
    private void Begin()
    {
        _now = _time.GetElapsedTime(_startedAt);
        _wall = _time.GetUtcNow();
        _wallMs = _wall.ToUnixTimeMilliseconds();
    }

    private bool IsValid(in HsmRequest request) => request.Action is HsmAction.Archive or HsmAction.Restore or HsmAction.Remove
        && request.ArchiveId != 0 && request.Data.Length <= _options.MaxDataBytes;

    /// <summary>Gives a new request a slot, without a place yet.</summary>
    private bool TryAdd(in HsmRequest request, RequestOrigin origin, out int slot)
    {
        slot = RequestStore.None;
        if (_store.Count >= _options.MaxRequests) return false;
        if (origin != RequestOrigin.Agent && !_global.HasRoom(request.Action, request.ArchiveId, request.Flags, _options.MaxLanes)) return false;
        slot = _store.Add(request);
        ref RequestSlot added = ref _store[slot];
        if (added.TimestampNs == 0) added.TimestampNs = _wallMs * 1_000_000;
        added.AcceptedMs = _wallMs;
        if (added.Action == HsmAction.Archive && added.Data is not null) RewriteTag(ref added);
        Characterize(slot, ref added);
        if (added.Has(SlotMarks.Reported)) Report(slot, "new", null);
        return true;
    }

    /// <summary>What follows from the request itself: its class, whether its data is text, whether a file tells of it.</summary>
    private void Characterize(int slot, ref RequestSlot request)
    {
        byte @class = 0;
        while (@class < _classes.Length - 1 && !_classes[@class].Matches(ref request)) @class++;
        request.Class = @class;
        WantOwner(slot, ref request);
        if (request.Data is null) return;
        if (!System.Text.Unicode.Utf8.IsValid(request.Data))
        {
            request.Set(SlotMarks.RawData);
            Watch(slot, request.Order);
        }

        if (_reportHint is not null && IsReported(request.Data)) TrackReport(slot, ref request);
    }

    /// <summary>Ends a request that is in no queue and at no agent.</summary>
    private void Forget(int slot)
    {
        if (_store[slot].Has(SlotMarks.Reported)) _reported.Remove(slot);
        _store.Remove(slot);
    }

    private void QuitWhenIdle()
    {
        if (Lock != LockMode.LockedUntilQuit || _hasQuit || _running.Total > 0) return;
        _hasQuit = true;
        _turn.Effects.Add(new Quit());
    }

    private bool _hasQuit;
}
