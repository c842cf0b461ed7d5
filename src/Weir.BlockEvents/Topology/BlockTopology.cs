using System.Collections.Frozen;
using System.Collections.Immutable;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Topology;

/// <summary>The block devices of one moment, how they stand on one another, and what is mounted. Immutable.</summary>
public sealed class BlockTopology
{
    private const int MaxDepth = 32;

    private readonly FrozenDictionary<string, BlockDevice> _byName;
    private readonly Dictionary<string, List<string>> _holders = new(StringComparer.Ordinal);
    private readonly Dictionary<DeviceNumber, BlockDevice> _byNumber = [];
    private readonly Dictionary<string, BlockDevice> _byKey = new(StringComparer.Ordinal);

    /// <param name="devices">The devices; of two with the same name the last counts.</param>
    /// <param name="mounts">What is mounted.</param>
    public BlockTopology(IEnumerable<BlockDevice> devices, MountTable mounts)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var byName = new Dictionary<string, BlockDevice>(StringComparer.Ordinal);
        foreach (BlockDevice device in devices) byName[device.Name] = device;
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        Mounts = mounts;
        foreach (BlockDevice device in Devices) Index(device);
    }

    /// <summary>Nothing is known.</summary>
    public static BlockTopology Empty { get; } = new([], MountTable.Empty);

    /// <summary>What is mounted.</summary>
    public MountTable Mounts { get; }

    /// <summary>All devices, in ordinal order of their names.</summary>
    public IEnumerable<BlockDevice> Devices => _byName.Values.OrderBy(device => device.Name, StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _byName.Count;

    /// <summary>Reads a whole tree; of this machine, also the superblocks that udev tells nothing of. A device that hangs is waited for two seconds.</summary>
    public static BlockTopology Read(SystemRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        IReadOnlyList<BlockDevice> devices = ReadDevices(root);
        return new(root.IsLive ? SuperblockProber.Live.Complete(devices, SuperblockProber.Patience) : devices, MountTable.Read(root.MountInfo));
    }

    /// <summary>Reads the devices as the kernel and udev tell of them; no device is touched.</summary>
    internal static IReadOnlyList<BlockDevice> ReadDevices(SystemRoot root)
    {
        var reader = new DeviceReader(root);
        return [.. reader.Names().Select(reader.Read).OfType<BlockDevice>()];
    }

    /// <summary>The device with exactly this kernel name; null when there is none.</summary>
    public BlockDevice? FindName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The device with this number; null when there is none.</summary>
    public BlockDevice? FindNumber(DeviceNumber number) => _byNumber.GetValueOrDefault(number);

    /// <summary>The device that a key names which is no name and no number: WWID, UUID, link, address, controller; null when none has it.</summary>
    internal BlockDevice? FindKey(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>The devices that stand directly on this one: partitions, and what is made of it; in ordinal order.</summary>
    public IReadOnlyList<BlockDevice> HoldersOf(BlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return _holders.TryGetValue(device.Name, out List<string>? names) ? [.. names.Order(StringComparer.Ordinal).Select(name => _byName[name])] : [];
    }

    /// <summary>
    /// What stands on the device at the top: upwards as long as one device stands on it. Where several do, the only one below which something
    /// is mounted counts; when that does not decide, the way ends there.
    /// </summary>
    public BlockDevice TopOf(BlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            IReadOnlyList<BlockDevice> holders = HoldersOf(device);
            if (holders.Count > 1)
            {
                BlockDevice[] mounted = [.. holders.Where(holder => IsMounted(holder, 0))];
                if (mounted.Length != 1) return device;
                device = mounted[0];
            }
            else if (holders.Count == 1)
            {
                device = holders[0];
            }
            else
            {
                break;
            }
        }

        return device;
    }

    /// <summary>The device as events have it, with all devices underneath.</summary>
    public BlockInfo InfoOf(BlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var owners = new List<BlockInfo>();
        Collect(device, owners, [device.Name], 0);
        return Flat(device) with { Owners = owners };
    }

    private BlockInfo Flat(BlockDevice device)
    {
        string? mounted = MountPointOf(device);
        return new()
        {
            Wwid = device.Wwid,
            Type = device.Type,
            Path = device.Path,
            PreferredPath = device.PreferredPath,
            Uuid = device.Uuid,
            MountPoint = mounted,
            TransportId = device.TransportId,
        };
    }

    private string? MountPointOf(BlockDevice device) => Mounts.Find(device.Number, [device.KernelPath, device.Path, device.PreferredPath]);

    private bool IsMounted(BlockDevice device, int depth) =>
        MountPointOf(device) is not null || (depth < MaxDepth && HoldersOf(device).Any(holder => IsMounted(holder, depth + 1)));

    /// <summary>Nearest first, each followed by what is under it.</summary>
    private void Collect(BlockDevice device, List<BlockInfo> owners, HashSet<string> seen, int depth)
    {
        IEnumerable<string> below = device.Parent is { } parent ? device.Slaves.Prepend(parent) : device.Slaves;
        BlockDevice[] floor = [.. below.Where(seen.Add).Select(FindName).OfType<BlockDevice>()];
        foreach (BlockDevice one in floor)
        {
            owners.Add(Flat(one));
            if (depth < MaxDepth) Collect(one, owners, seen, depth + 1);
        }
    }

    private void Index(BlockDevice device)
    {
        _byNumber[device.Number] = device;
        foreach (string below in (device.Parent is { } parent ? device.Slaves.Add(parent) : device.Slaves).Distinct(StringComparer.Ordinal))
        {
            if (!_byName.ContainsKey(below)) continue;
            if (!_holders.TryGetValue(below, out List<string>? holders)) _holders.Add(below, holders = []);
            holders.Add(device.Name);
        }

        foreach (string key in KeysOf(device))
        {
            // Paths of a multipath device share a WWID, and layers of one volume a UUID: the upper one is meant.
            if (!_byKey.TryGetValue(key, out BlockDevice? there) || device.Slaves.Length > there.Slaves.Length) _byKey[key] = device;
        }
    }

    private static IEnumerable<string> KeysOf(BlockDevice device)
    {
        if (device.Wwid.Length > 0)
        {
            yield return device.Wwid;
            // multipath and udev name disks by the bare number, with a type before it.
            if (device.Wwid.StartsWith("naa.", StringComparison.Ordinal)) yield return "3" + device.Wwid[4..];
            if (device.Type == BlockType.DmMultipath) yield return device.Wwid["mpath-".Length..];
        }

        if (device.Uuid is { } uuid) yield return uuid;
        if (device.OtherName is { } other) yield return other;
        if (device.ScsiAddress is { } address) yield return address;
        if (device.AtaDevice is { } ata)
        {
            yield return ata;
            // A port without a link is its first device.
            if (ata.EndsWith(".00", StringComparison.Ordinal)) yield return ata[..^3];
        }

        foreach (string controller in device.Controllers)
        {
            yield return $"{controller}n{device.NamespaceId}";
            yield return $"{controller}:{device.NamespaceId}";
            yield return controller;
        }

        if (device.BackingFile is { } file) yield return file;
        foreach (string link in device.Links) yield return link;
        yield return device.Path;
    }
}
