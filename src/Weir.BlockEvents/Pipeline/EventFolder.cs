using System.Globalization;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Pipeline;

/// <summary>
/// Folds repeats, per event type and device (another device that has come by the same name is another): the first event is told at once, or after a moment where the options say so; what comes later is
/// counted and told at intervals that grow. Events of one stack of devices that come together are linked to the lowest one, from which they
/// follow. Times are those of the lines, so that an old log folds as it did when it was written; where no line comes any more, the
/// clock decides. Not thread-safe.
/// </summary>
internal sealed class EventFolder(StormOptions options)
{
    private readonly Dictionary<(string Type, string Host, string Device, string Detail, ulong Incarnation), FoldedEvent> _open = [];

    /// <summary>Kinds that are followed.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Takes an event.</summary>
    /// <param name="one">The event.</param>
    /// <param name="lines">For how many lines it stands.</param>
    /// <param name="now">The clock.</param>
    public void Add(StorageEvent one, long lines, DateTimeOffset now)
    {
        var key = (one.EventType, one.Hostname, one.Device.Wwid.Length > 0 ? one.Device.Wwid + one.Device.Path : one.KernelDevice, Detail(one), one.Incarnation);
        if (!_open.TryGetValue(key, out FoldedEvent? folded))
        {
            folded = new(Link(one), one.Timestamp, now) { Hold = options.Repeat };
            _open.Add(key, folded);
        }
        else if (folded.Count == 0)
        {
            folded.Event = one with { RootCauseEventId = one.RootCauseEventId ?? folded.Event.RootCauseEventId, IncidentId = one.IncidentId ?? folded.Event.IncidentId };
            (folded.Began, folded.ArrivalBegan) = (one.Timestamp, now);
        }

        // The worst of them stands for all.
        if (one.Severity < folded.Event.Severity) folded.Event = folded.Event with { Severity = one.Severity };
        folded.Count += lines;
        if (one.Timestamp > folded.Last) folded.Last = one.Timestamp;
        folded.ArrivalLast = now;
    }

    /// <summary>The events that are to be told now, those below before those above.</summary>
    /// <param name="lineTime">The time that the lines have come to.</param>
    /// <param name="now">The clock.</param>
    /// <param name="all">Whether everything is told that waits.</param>
    public IReadOnlyList<StorageEvent> Take(DateTimeOffset lineTime, DateTimeOffset now, bool all = false)
    {
        List<StorageEvent>? ready = null;
        List<(string, string, string, string, ulong)>? over = null;
        int surplus = _open.Count - options.MostFolded;
        foreach (((string, string, string, string, ulong) key, FoldedEvent folded) in _open)
        {
            bool isSurplus = surplus-- > 0;
            if (folded.Count > 0 && (all || isSurplus || IsDue(folded, lineTime, now))) (ready ??= []).Add(Tell(folded));
            if (isSurplus || (folded.Count == 0 && Max(lineTime - folded.Last, now - folded.ArrivalLast) > folded.Hold)) (over ??= []).Add(key);
        }

        if (over is not null)
        {
            foreach ((string, string, string, string, ulong) key in over) _open.Remove(key);
        }

        return ready is null ? [] : [.. ready.OrderBy(one => Layers.Of(one.SubSystem)).ThenBy(one => one.Timestamp)];
    }

    /// <summary>When, by the clock, the next event is due if no line comes; null when none waits.</summary>
    public DateTimeOffset? NextDue()
    {
        DateTimeOffset? next = null;
        foreach (FoldedEvent folded in _open.Values)
        {
            if (folded.Count == 0) continue;
            DateTimeOffset due = DueAt(folded, folded.ArrivalBegan, folded.ArrivalLast);
            if (next is null || due < next) next = due;
        }

        return next;
    }

    private bool IsDue(FoldedEvent folded, DateTimeOffset lineTime, DateTimeOffset now) =>
        lineTime >= DueAt(folded, folded.Began, folded.Last) || now >= DueAt(folded, folded.ArrivalBegan, folded.ArrivalLast);

    private DateTimeOffset DueAt(FoldedEvent folded, DateTimeOffset began, DateTimeOffset last)
    {
        if (folded.Told is not null) return began + folded.Hold;
        DateTimeOffset quiet = last + options.Quiet, most = began + options.MostQuiet;
        return quiet < most ? quiet : most;
    }

    private StorageEvent Tell(FoldedEvent folded)
    {
        StorageEvent one = folded.Event with { Count = folded.Count };
        if (folded.Count > 1)
        {
            one = one with { Extension = one.Extension.SetItem("first_time", Format(folded.Began)).SetItem("last_time", Format(folded.Last)) };
        }

        if (folded.Told is { } told)
        {
            one = one with { Extension = one.Extension.SetItem("repeats_event_id", told.ToString()) };
            folded.Hold = folded.Hold * 2 < options.MostRepeat ? folded.Hold * 2 : options.MostRepeat;
        }

        folded.Told ??= one.EventId;
        folded.Count = 0;
        return one;
    }

    /// <summary>Links an event to what it follows from, and to it what waits and follows from it.</summary>
    private StorageEvent Link(StorageEvent one)
    {
        FoldedEvent? root = null;
        foreach (FoldedEvent other in _open.Values)
        {
            if (Abs(one.Timestamp - other.Last) > options.Incident || !Layers.IsSameStack(one, other.Event)) continue;
            if (Layers.CanFollow(one, other.Event))
            {
                if (root is null || Layers.Of(other.Event.SubSystem) < Layers.Of(root.Event.SubSystem)) root = other;
            }
            else if (Layers.CanFollow(other.Event, one) && other.Told is null && other.Event.RootCauseEventId is null)
            {
                one = one with { IncidentId = one.IncidentId ?? one.EventId };
                other.Event = other.Event with { RootCauseEventId = one.EventId, IncidentId = one.IncidentId };
            }
        }

        if (root is null || one.RootCauseEventId is not null) return one;
        Guid cause = root.Event.RootCauseEventId ?? root.Told ?? root.Event.EventId;
        Guid incident = root.Event.IncidentId ?? cause;
        if (root.Told is null) root.Event = root.Event with { IncidentId = incident };
        return one with { RootCauseEventId = cause, IncidentId = incident };
    }

    /// <summary>What sets events of one type on one device apart: path failures of one multipath device, for one.</summary>
    private static string Detail(StorageEvent one) => one.Extension.GetValueOrDefault("sense_key", "");

    private static string Format(DateTimeOffset time) => time.ToString(StorageEventWriter.TimeFormat, CultureInfo.InvariantCulture);

    private static TimeSpan Abs(TimeSpan span) => span < TimeSpan.Zero ? -span : span;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
