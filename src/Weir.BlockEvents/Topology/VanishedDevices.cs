namespace Weir.BlockEvents.Topology;

/// <summary>Devices that were there, with what was known of them last. Of each name the latest; the oldest are forgotten. Not thread-safe.</summary>
internal sealed class VanishedDevices
{
    /// <summary>The most that are remembered.</summary>
    public const int Most = 4096;

    private readonly Dictionary<string, (BlockDevice Device, ResolvedDevice Resolved, long Order)> _byName = new(StringComparer.Ordinal);
    private BlockTopology? _index;
    private long _order;

    public int Count => _byName.Count;

    public void Add(BlockDevice device, ResolvedDevice resolved)
    {
        _byName[device.Name] = (device, resolved with { HasVanished = true }, ++_order);
        if (_byName.Count > Most) _byName.Remove(_byName.MinBy(entry => entry.Value.Order).Key);
        _index = null;
    }

    public ResolvedDevice? Find(string name, string kernelKey)
    {
        if (_byName.Count == 0) return null;
        _index ??= new(_byName.Values.Select(entry => entry.Device), MountTable.Empty);
        BlockDevice? found = DeviceFinder.FindKernelKey(_index, kernelKey) ?? DeviceFinder.Find(_index, name);
        return found is null ? null : _byName[found.Name].Resolved;
    }
}
