using System.Collections.Immutable;
using System.Globalization;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Topology;

/// <summary>
/// Reads block devices from sysfs (Documentation/ABI/stable/sysfs-block of the kernel). The links of /dev/disk are read once, so one
/// reader serves one pass over the devices.
/// </summary>
internal sealed class DeviceReader(SystemRoot root)
{
    private const int MaxPage83Bytes = 4096;

    private static readonly string[] LinkDirectories = ["disk/by-id", "disk/by-uuid", "disk/by-path", "disk/by-label", "disk/by-partuuid", "disk/by-partlabel", "mapper"];

    private readonly string _classDirectory = Path.Combine(root.Sys, "class/block");
    private Dictionary<string, List<string>>? _links;

    /// <summary>The names of all block devices.</summary>
    public IReadOnlyList<string> Names() => SysFile.List(_classDirectory);

    /// <summary>The device; null when there is none of this name.</summary>
    public BlockDevice? Read(string name)
    {
        string at = Path.Combine(_classDirectory, name);
        if (name.Length is 0 or > 128 || name.Contains('/', StringComparison.Ordinal) || !DeviceNumber.TryParse(SysFile.Read(Path.Combine(at, "dev")), out DeviceNumber number)) return null;
        string sysPath = SysFile.Resolve(at);
        UdevRecord udev = UdevRecord.Read(root, number);
        var device = new BlockDevice
        {
            Name = name,
            Number = number,
            Type = BlockType.Other,
            SysPath = "/" + Path.GetRelativePath(root.Path, sysPath),
            SizeBytes = long.TryParse(SysFile.Read(Path.Combine(at, "size")), CultureInfo.InvariantCulture, out long sectors) ? sectors * 512 : 0,
            Incarnation = ulong.TryParse(SysFile.Read(Path.Combine(at, "diskseq")), CultureInfo.InvariantCulture, out ulong incarnation) ? incarnation : 0,
            Slaves = [.. SysFile.List(Path.Combine(at, "slaves"))],
            Links = LinksOf(name, udev),
            Uuid = udev.Find("ID_FS_UUID_ENC") ?? udev.Find("ID_FS_UUID"),
            FileSystem = udev.Find("ID_FS_TYPE"),
        };
        device = Identify(device, at, sysPath, udev);
        device = device with { Uuid = device.Uuid ?? UuidOf(device.Links) };
        return device with { Path = device.Path.Length > 0 ? device.Path : device.KernelPath, PreferredPath = Prefer(device) };
    }

    private BlockDevice Identify(BlockDevice device, string at, string sysPath, UdevRecord udev)
    {
        if (SysFile.Read(Path.Combine(at, "partition")) is { } number)
        {
            string parent = Path.GetFileName(Path.GetDirectoryName(sysPath)!);
            string whole = WwidOf(parent, Path.Combine(_classDirectory, parent), udev);
            return device with { Type = BlockType.Partition, Parent = parent, Wwid = whole.Length > 0 ? $"{whole}-part{number}" : "" };
        }

        if (SysFile.Read(Path.Combine(at, "dm/uuid")) is var uuid && SysFile.Read(Path.Combine(at, "dm/name")) is { } mapped)
            return device with { Type = TypeOfMapped(uuid ?? ""), Wwid = uuid ?? "", OtherName = mapped, Path = "/dev/mapper/" + mapped };
        if (Directory.Exists(Path.Combine(at, "md"))) return Array(device, at, udev);
        if (device.Name.StartsWith("loop", StringComparison.Ordinal))
            return device with { Type = BlockType.Loop, BackingFile = SysFile.Read(Path.Combine(at, "loop/backing_file")) };
        if (device.Name.StartsWith("nvme", StringComparison.Ordinal)) return Namespace(device, at, sysPath);
        BlockType type = device.Name.StartsWith("sd", StringComparison.Ordinal) || device.Name.StartsWith("sr", StringComparison.Ordinal) ? BlockType.Scsi : BlockType.Other;
        device = device with { Type = type, Wwid = WwidOf(device.Name, at, udev) };
        return type == BlockType.Scsi ? Scsi(device, at, sysPath) : device;
    }

    private BlockDevice Scsi(BlockDevice device, string at, string sysPath)
    {
        ImmutableSortedDictionary<string, string> transport = TransportReader.Read(root, sysPath, null);
        // …/host3/rport-3:0-0/target3:0:0/3:0:0:0/block/sdb
        string address = Path.GetFileName(SysFile.Resolve(Path.Combine(at, "device")));
        string[] parts = address.Split(':');
        bool isAddress = parts.Length == 4 && System.Array.TrueForAll(parts, part => part.Length > 0 && part.All(char.IsAsciiDigit));
        string? port = System.Array.Find(sysPath.Split('/'), part => part.Length > 3 && part.StartsWith("ata", StringComparison.Ordinal) && part.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0);
        // Behind a port multiplier the channel is the link; otherwise the target is master or slave.
        string link = isAddress && parts[1] != "0" ? parts[1] : isAddress ? parts[2] : "0";
        return device with
        {
            Transport = transport,
            TransportId = TransportReader.IdOf(transport),
            ScsiAddress = isAddress ? address : null,
            AtaDevice = port is null ? null : $"{port}.{link.PadLeft(2, '0')}",
        };
    }

    private BlockDevice Namespace(BlockDevice device, string at, string sysPath)
    {
        // nvme0n1, or nvme0c1n1: one path of several that stand behind nvme0n1.
        string? owner = System.Array.FindLast(sysPath.Split('/')[..^1], IsController);
        string[] controllers = owner is not null ? [owner] : [.. SysFile.List(Path.Combine(at, "device")).Where(IsController)];
        ImmutableSortedDictionary<string, string> transport = TransportReader.Read(root, sysPath, controllers.Length > 0 ? controllers[0] : null);
        return device with
        {
            Type = BlockType.Nvme,
            Wwid = Wwid.Tidy(SysFile.Read(Path.Combine(at, "wwid")) ?? ""),
            Controllers = [.. controllers],
            NamespaceId = SysFile.Read(Path.Combine(at, "nsid")) ?? device.Name[(device.Name.LastIndexOf('n') + 1)..],
            Transport = transport,
            TransportId = TransportReader.IdOf(transport),
        };
    }

    private static bool IsController(string name) => name.Length > 4 && name.StartsWith("nvme", StringComparison.Ordinal) && name.AsSpan(4).IndexOfAnyExceptInRange('0', '9') < 0;

    private static BlockDevice Array(BlockDevice device, string at, UdevRecord udev)
    {
        string? uuid = SysFile.Read(Path.Combine(at, "md/uuid")) ?? udev.Find("MD_UUID");
        string? name = udev.Find("MD_NAME") is { } full ? full[(full.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;
        return device with { Type = BlockType.Md, Wwid = uuid is null ? "" : $"md-uuid-{uuid}", OtherName = name };
    }

    private static string WwidOf(string name, string at, UdevRecord udev)
    {
        string? text = SysFile.Read(Path.Combine(at, "device/wwid")) ?? SysFile.Read(Path.Combine(at, "wwid")) ?? SysFile.Read(Path.Combine(at, "dm/uuid"));
        if (text is not null && Wwid.Tidy(text) is { Length: > 0 } tidy) return tidy;
        Span<byte> page = stackalloc byte[MaxPage83Bytes];
        int length = SysFile.ReadBytes(Path.Combine(at, "device/vpd_pg83"), page);
        if (length > 0 && Wwid.FromPage83(page[..length]) is { } read) return read;
        if (udev.Find("ID_WWN") is { } wwn) return wwn.StartsWith("0x", StringComparison.Ordinal) ? $"naa.{wwn[2..]}" : wwn;
        string? serial = SysFile.Read(Path.Combine(at, "serial")) ?? udev.Find("ID_SERIAL");
        return serial is not null && name.StartsWith("vd", StringComparison.Ordinal) ? $"virtio-{Wwid.Tidy(serial)}" : Wwid.Tidy(serial ?? "");
    }

    private static BlockType TypeOfMapped(string uuid) => uuid switch
    {
        _ when uuid.StartsWith("mpath-", StringComparison.Ordinal) => BlockType.DmMultipath,
        _ when uuid.StartsWith("LVM-", StringComparison.Ordinal) => BlockType.DmLvm,
        _ when uuid.StartsWith("CRYPT-", StringComparison.Ordinal) => BlockType.DmCrypt,
        _ when uuid.StartsWith("part", StringComparison.Ordinal) => BlockType.Partition,
        _ => BlockType.Dm,
    };

    /// <summary>The name that stays: device mapper's, else a link by wwn, else the first by id, else by UUID, else the kernel's.</summary>
    private static string Prefer(BlockDevice device)
    {
        if (device.Path.Length > 0) return device.Path;
        const string ById = "/dev/disk/by-id/", ByUuid = "/dev/disk/by-uuid/";
        string? Find(string prefix) => device.Links.FirstOrDefault(link => link.StartsWith(prefix, StringComparison.Ordinal));
        return Find(ById + "wwn-") ?? Find(ById + "nvme-eui.") ?? Find(ById) ?? Find(ByUuid) ?? device.KernelPath;
    }

    private static string? UuidOf(ImmutableArray<string> links)
    {
        const string ByUuid = "/dev/disk/by-uuid/";
        return links.FirstOrDefault(link => link.StartsWith(ByUuid, StringComparison.Ordinal))?[ByUuid.Length..];
    }

    private ImmutableArray<string> LinksOf(string name, UdevRecord udev)
    {
        _links ??= ReadLinks();
        IEnumerable<string> found = _links.GetValueOrDefault(name.Replace('!', '/')) ?? Enumerable.Empty<string>();
        return [.. found.Concat(udev.Links).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private Dictionary<string, List<string>> ReadLinks()
    {
        var links = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string directory in LinkDirectories)
        {
            string at = Path.Combine(root.Dev, directory);
            foreach (string link in SysFile.List(at))
            {
                string path = Path.Combine(at, link);
                if (TargetOf(path) is not { } target) continue;
                string name = Path.GetRelativePath(root.Dev, Path.GetFullPath(target, at));
                if (!links.TryGetValue(name, out List<string>? known)) links.Add(name, known = []);
                known.Add($"/dev/{directory}/{link}");
            }
        }

        return links;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
