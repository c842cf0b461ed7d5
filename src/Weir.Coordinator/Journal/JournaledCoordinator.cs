using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Feed;

namespace Weir.Coordinator.Journal;

/// <summary>
/// A core whose turns are written to the feed, and that begins with what was written before. One driver at a time:
/// <code>
/// // calls to Core …
/// Turn turn = coordinator.TakeTurn();
/// await coordinator.WriteAsync(turn);      // meanwhile Core may be called; the next turn is taken when this one is written
/// foreach (Effect effect in turn.Effects) …
/// coordinator.Return(turn);
/// </code>
/// As all calls during a write become one turn, one flush of the disk serves all of them.
/// </summary>
/// <remarks>
/// The journal's topic has one writer, which is what keeps two coordinators from one feed. When <see cref="WriteAsync"/> throws
/// <see cref="FeedFullException"/>, nothing of the turn was kept and the same turn may be written again when there is room. After any other
/// exception the end of the journal is not known: close all connections and open the coordinator again.
/// </remarks>
public sealed class JournaledCoordinator
{
    /// <summary>Where the state is.</summary>
    public const string JournalTopic = "coordinator:journal";

    /// <summary>Where each request's life is told.</summary>
    public const string EventsTopic = "coordinator:events";

    private readonly IFeedEngine _engine;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JournalOptions _options;
    private readonly Stack<Turn> _spare = new();
    private readonly SnapshotPlan _snapshot;
    private long _eventsSince;
    private bool _hasUnsyncedEvents;

    private JournaledCoordinator(CoordinatorCore core, IFeedEngine engine, TimeProvider time, ILogger logger, JournalOptions options, RecoveryReport recovery, long bytes)
    {
        Core = core;
        _engine = engine;
        _time = time;
        _logger = logger;
        _options = options;
        Recovery = recovery;
        _snapshot = new(core, options, bytes);
    }

    public CoordinatorCore Core { get; }

    /// <summary>What the journal held.</summary>
    public RecoveryReport Recovery { get; }

    /// <summary>Reads the journal and gives a coordinator that goes on from there. Its agents are disconnected, each with the whole grace time.</summary>
    /// <exception cref="TopicLockedException">Another coordinator works on this feed.</exception>
    /// <exception cref="FeedException">The feed cannot be read or written.</exception>
    public static async ValueTask<JournaledCoordinator> OpenAsync(
        IFeedEngine engine,
        CoordinatorOptions options,
        TimeProvider time,
        ILogger logger,
        JournalOptions? journal = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        long start = time.GetTimestamp();

        // First, as it takes the topic: what another coordinator writes while it still runs is not missed, and a second one does not get as far as to listen.
        var opened = new RecordBatch();
        opened.Add(JournalTypes.Opened, "coordinator"u8, default, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"t\":{time.GetUtcNow().ToUnixTimeMilliseconds()}}}")));
        await engine.AppendAsync(JournalTopic, opened, default, cancellationToken).ConfigureAwait(false);
        var core = new CoordinatorCore(options, time);
        var replay = new JournalReplay(core, logger);
        await replay.ReadAsync(engine, JournalTopic, cancellationToken).ConfigureAwait(false);
        var report = new RecoveryReport(
            core.Queued.Total, core.Running.Total, core.Agents.Count(), replay.Records, replay.Gaps, time.GetElapsedTime(start));
        CoordinatorLog.Recovered(logger, report.ToString());
        return new(core, engine, time, logger, journal ?? JournalOptions.Default, report, replay.Bytes);
    }

    /// <summary>When <see cref="CoordinatorCore.Tick"/>, or only a turn, is due: zero for now, null when only a call from outside can change that.</summary>
    public TimeSpan? NextDeadline()
    {
        if (_snapshot.IsUnderWay) return TimeSpan.Zero;
        TimeSpan? next = Core.NextDeadline();
        if (!_hasUnsyncedEvents) return next;
        TimeSpan sync = _options.EventsInterval - _time.GetElapsedTime(_eventsSince);
        if (sync < TimeSpan.Zero) sync = TimeSpan.Zero;
        return next is null || sync < next ? sync : next;
    }

    /// <summary>What has come together; see <see cref="CoordinatorCore.TakeTurn"/>.</summary>
    public Turn TakeTurn()
    {
        Core.Settle();
        _snapshot.AddTo();
        Turn turn = Core.Swap(_spare.TryPop(out Turn? spare) ? spare : null);
        _snapshot.Taken(turn);
        return turn;
    }

    /// <summary>Makes the turn durable. Its effects may then be done. Also to be called with a turn that is empty.</summary>
    /// <exception cref="FeedFullException">There is no room; the same turn may be written again.</exception>
    /// <exception cref="FeedException">What is durable is not known: open the coordinator again.</exception>
    public async ValueTask WriteAsync(Turn turn, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(turn);
        if (turn.Journal.Count > 0)
        {
            RecordId last = await _engine.AppendAsync(JournalTopic, turn.Journal, default, cancellationToken).ConfigureAwait(false);
            if (_snapshot.Written(turn, last) is { } below) await TrimAsync(below, cancellationToken).ConfigureAwait(false);
        }

        if (_options.WriteEvents) await WriteEventsAsync(turn, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives back a turn whose effects are done; it is used again.</summary>
    public void Return(Turn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        turn.Clear();
        if (_spare.Count < 4) _spare.Push(turn);
    }

    private async ValueTask WriteEventsAsync(Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            bool isDue = _hasUnsyncedEvents && _time.GetElapsedTime(_eventsSince) >= _options.EventsInterval;
            if (turn.Events.Count > 0)
            {
                AppendDurability durability = isDue ? AppendDurability.Durable : AppendDurability.Buffered;
                await _engine.AppendAsync(EventsTopic, turn.Events, new(durability), cancellationToken).ConfigureAwait(false);
                if (!_hasUnsyncedEvents) _eventsSince = _time.GetTimestamp();
                _hasUnsyncedEvents = !isDue;
            }
            else if (isDue)
            {
                _hasUnsyncedEvents = false;
                await _engine.SyncAsync(EventsTopic, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (FeedException failed)
        {
            CoordinatorLog.EventsLost(_logger, EventsTopic, failed.Message, turn.Events.Count);
        }
    }

    private async ValueTask TrimAsync(RecordId below, CancellationToken cancellationToken)
    {
        try
        {
            await _engine.TrimAsync(JournalTopic, below, cancellationToken).ConfigureAwait(false);
            CoordinatorLog.SnapshotTaken(_logger, Core.Count, below);
        }
        catch (FeedException failed)
        {
            CoordinatorLog.NotTrimmed(_logger, failed.Message);
        }
    }
}
