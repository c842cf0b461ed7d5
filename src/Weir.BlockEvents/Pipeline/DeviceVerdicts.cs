using System.Collections.Immutable;
using System.Globalization;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Pipeline;

/// <summary>
/// Many errors of one device in a while become one verdict, DEVICE_DEGRADED; it is taken back by DEVICE_RECOVERED only after a long time without any, so
/// that it does not come and go. Bounded. Not thread-safe.
/// </summary>
internal sealed class DeviceVerdicts(StormOptions options)
{
    /// <summary>The event types.</summary>
    public const string Degraded = "DEVICE_DEGRADED", Recovered = "DEVICE_RECOVERED";

    private const int MostDevices = 4096;
    private const string SubSystem = "Weir";

    private readonly Dictionary<string, Health> _devices = new(StringComparer.Ordinal);

    /// <summary>Counts an event's lines; the verdict that it leads to, or null.</summary>
    /// <param name="one">The event.</param>
    /// <param name="now">The clock.</param>
    public StorageEvent? Count(StorageEvent one, DateTimeOffset now)
    {
        if (one.Severity > Severity.Error || one.Device.Path.Length == 0 || one.SubSystem == SubSystem) return null;
        string key = one.Hostname + "\n" + (one.Device.Wwid.Length > 0 ? one.Device.Wwid : $"{one.Device.Path}\n{one.Incarnation}");
        if (!_devices.TryGetValue(key, out Health? health))
        {
            if (_devices.Count >= MostDevices && !Forget()) return null;
            _devices.Add(key, health = new());
        }

        health.Last = one;
        health.Arrival = now;
        health.Errors.Enqueue((one.Timestamp, one.Count));
        health.Sum += one.Count;
        Age(health, one.Timestamp);
        if (health.IsDegraded || health.Sum < options.DegradedErrors) return null;
        health.IsDegraded = true;
        return Verdict(one, Degraded, Severity.Critical, $"{one.Device.PreferredPath} is degraded: {health.Sum} errors within {options.DegradedWindow.TotalSeconds:0} s", health.Sum);
    }

    /// <summary>The devices that are well again, by the time of the lines or, where none came any more, by the clock.</summary>
    public IReadOnlyList<StorageEvent> TakeRecovered(DateTimeOffset lineTime, DateTimeOffset now)
    {
        List<StorageEvent>? recovered = null;
        foreach (Health health in _devices.Values)
        {
            if (!health.IsDegraded || (lineTime - health.Last!.Timestamp < options.RecoveredAfter && now - health.Arrival < options.RecoveredAfter)) continue;
            health.IsDegraded = false;
            StorageEvent last = health.Last with { Timestamp = health.Last.Timestamp + options.RecoveredAfter };
            (recovered ??= []).Add(Verdict(last, Recovered, Severity.Notice, $"{last.Device.PreferredPath} had no errors for {options.RecoveredAfter.TotalSeconds:0} s", 0));
        }

        return recovered ?? (IReadOnlyList<StorageEvent>)[];
    }

    /// <summary>When the first of the degraded devices may be well again; null when there is none.</summary>
    public DateTimeOffset? NextDue()
    {
        DateTimeOffset? next = null;
        foreach (Health health in _devices.Values)
        {
            if (health.IsDegraded && (next is null || health.Arrival + options.RecoveredAfter < next)) next = health.Arrival + options.RecoveredAfter;
        }

        return next;
    }

    private void Age(Health health, DateTimeOffset now)
    {
        while (health.Errors.TryPeek(out (DateTimeOffset Time, long Count) oldest) && (now - oldest.Time > options.DegradedWindow || health.Errors.Count > 1024))
        {
            health.Errors.Dequeue();
            health.Sum -= oldest.Count;
        }
    }

    /// <summary>Makes room by forgetting devices that are not degraded.</summary>
    private bool Forget()
    {
        foreach (string key in _devices.Where(entry => !entry.Value.IsDegraded).OrderBy(entry => entry.Value.Last!.Timestamp).Take(MostDevices / 4).Select(entry => entry.Key).ToArray())
            _devices.Remove(key);
        return _devices.Count < MostDevices;
    }

    private static StorageEvent Verdict(StorageEvent one, string type, Severity severity, string message, long errors) => one with
    {
        EventId = EventId.Of(one.EventId.ToString(), type),
        EventType = type,
        Severity = severity,
        SubSystem = SubSystem,
        Message = message,
        RawMessage = "",
        RuleId = "",
        Cursor = "",
        Count = 1,
        RootCauseEventId = type == Degraded ? one.RootCauseEventId ?? one.EventId : null,
        IncidentId = type == Degraded ? one.IncidentId : null,
        Extension = errors == 0 ? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            : ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("errors", errors.ToString(CultureInfo.InvariantCulture))]),
    };

    private sealed class Health
    {
        public Queue<(DateTimeOffset Time, long Count)> Errors { get; } = new();

        public long Sum { get; set; }

        public bool IsDegraded { get; set; }

        public StorageEvent? Last { get; set; }

        public DateTimeOffset Arrival { get; set; }
    }
}
