using System.Collections.Immutable;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Events that say which block devices there are, as Peripety has them at its start.</summary>
internal static class DeviceEvents
{
    private const string EventType = "PERIPETY_BLK_INFO";

    public static IEnumerable<StorageEvent> Of(BlockTopology topology, string hostname, DateTimeOffset time)
    {
        foreach (BlockDevice device in topology.Devices.Where(device => device.SizeBytes > 0))
        {
            BlockInfo info = topology.InfoOf(device);
            yield return new()
            {
                Hostname = hostname,
                Severity = Severity.Info,
                SubSystem = "Peripety",
                Timestamp = time,
                EventId = Guid.NewGuid(),
                EventType = EventType,
                Device = info,
                Hierarchy = topology.InfoOf(topology.TopOf(device)),
                Message = $"Found block device {info.PreferredPath}, blk_wwid: '{info.Wwid}', mount_point: '{info.MountPoint}'",
                RawMessage = "",
                KernelDevice = device.Name,
                Extension = device.Transport.Count > 0 ? device.Transport : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            };
        }
    }
}
