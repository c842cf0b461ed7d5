using System.Collections.Immutable;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Topology;

/// <summary>Which device a line means.</summary>
/// <param name="Name">The kernel's name of it; empty when it is not known.</param>
/// <param name="Device">The device itself.</param>
/// <param name="Hierarchy">What stands on it at the top.</param>
/// <param name="Transport">What its transport says.</param>
/// <param name="HasVanished">It is not there any more; this is what was known of it last.</param>
public sealed record ResolvedDevice(string Name, BlockInfo Device, BlockInfo Hierarchy, ImmutableSortedDictionary<string, string> Transport, bool HasVanished)
{
    /// <summary>Which of the devices that had this name one after another it is; 0 where the kernel does not say.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>Nobody knows.</summary>
    public static ResolvedDevice None { get; } =
        new("", BlockInfo.None, BlockInfo.None, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), false);

    internal static ResolvedDevice Of(BlockTopology topology, BlockDevice device) =>
        new(device.Name, topology.InfoOf(device), topology.InfoOf(topology.TopOf(device)), device.Transport, false) { Incarnation = device.Incarnation };
}
