using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Holds back what was told a short while ago, and counts it. Bounded. Not thread-safe.</summary>
internal sealed class RepeatGate(TimeSpan interval)
{
    private const int MostKept = 4096;

    private readonly Dictionary<(string Type, string Host, string Device), (DateTimeOffset Told, long Held)> _told = [];

    /// <summary>Whether the event may be told; its count then has what was held back before it.</summary>
    public bool MayPass(ref StorageEvent one)
    {
        if (interval <= TimeSpan.Zero) return true;
        var key = (one.EventType, one.Hostname, one.Device.Wwid.Length > 0 ? one.Device.Wwid : one.KernelDevice);
        if (_told.TryGetValue(key, out (DateTimeOffset Told, long Held) last) && one.Timestamp - last.Told < interval && one.Timestamp >= last.Told)
        {
            _told[key] = (last.Told, last.Held + one.Count);
            return false;
        }

        if (last.Held > 0) one = one with { Count = one.Count + last.Held };
        if (_told.Count >= MostKept) _told.Remove(_told.MinBy(entry => entry.Value.Told).Key);
        _told[key] = (one.Timestamp, 0);
        return true;
    }
}
