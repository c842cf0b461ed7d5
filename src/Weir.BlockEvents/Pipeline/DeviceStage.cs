using System.Collections.Immutable;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Gives an event the device that it is really about.</summary>
internal sealed class DeviceStage(IDeviceResolver resolver)
{
    private const int MostKept = 1024;

    private readonly Dictionary<(string Name, string Key), ResolvedDevice> _kept = [];
    private long _second;
    private long _generation;

    public StorageEvent Resolve(StorageEvent one, string kernelKey)
    {
        if (one.KernelDevice.Length == 0 && kernelKey.Length == 0) return one;
        ResolvedDevice found = Find(one.KernelDevice, kernelKey, one.Timestamp);
        if (ReferenceEquals(found, ResolvedDevice.None)) return one;
        ImmutableSortedDictionary<string, string> extension = one.Extension;
        foreach ((string name, string value) in found.Transport)
        {
            if (!extension.ContainsKey(name)) extension = extension.Add(name, value);
        }

        if (found.HasVanished) extension = extension.SetItem("vanished", "true");
        return one with { Device = found.Device, Hierarchy = found.Hierarchy, Incarnation = found.Incarnation, Extension = extension, Message = Describe(one.Message, found) };
    }

    /// <summary>Looks again for a file system that was being mounted while its line was read.</summary>
    public StorageEvent Refresh(StorageEvent one)
    {
        if (one.EventType != "FS_MOUNTED" || one.Hierarchy.MountPoint is not null || one.Device.Path.Length == 0) return one;
        ResolvedDevice found = resolver.Resolve(one.KernelDevice, "", one.Timestamp);
        return found.Hierarchy.MountPoint is null || found.Device.Path != one.Device.Path ? one
            : one with { Device = found.Device, Hierarchy = found.Hierarchy, Message = Describe(one.RawMessage, found) };
    }

    /// <summary>The lines of one second name few devices, and they mean the same until the devices change.</summary>
    private ResolvedDevice Find(string name, string kernelKey, DateTimeOffset at)
    {
        long generation = resolver.Generation;
        if (at.ToUnixTimeSeconds() is var second && (second != _second || generation != _generation || _kept.Count >= MostKept))
        {
            (_second, _generation) = (second, generation);
            _kept.Clear();
        }

        if (_kept.TryGetValue((name, kernelKey), out ResolvedDevice? kept)) return kept;
        ResolvedDevice found = resolver.Resolve(name, kernelKey, at);
        // What is not known yet may be a moment later.
        if (!ReferenceEquals(found, ResolvedDevice.None)) _kept.Add((name, kernelKey), found);
        return found;
    }

    /// <summary>The line, and behind it which device is meant and what it carries.</summary>
    private static string Describe(string message, ResolvedDevice found)
    {
        BlockInfo info = found.Device, top = found.Hierarchy;
        string text = $"{message}, blk_wwid: '{info.Wwid}', blk_path: '{info.PreferredPath}'";
        if (top.Path != info.Path) text += $", holder: '{top.PreferredPath}'";
        if (top.Uuid is { } uuid) text += $", uuid: '{uuid}'";
        return top.MountPoint is { } mounted ? $"{text}, mount_point: '{mounted}'" : text;
    }
}
