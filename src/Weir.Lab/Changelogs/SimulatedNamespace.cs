using System.Text;
using Weir.Changelogs.Namespaces;
using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Lab.Changelogs;

/// <summary>
/// The namespace of a simulated MDT under random operations, each of which writes the changelog records that an MDT would. Seeded;
/// time passes by a microsecond an operation.
/// </summary>
public sealed partial class SimulatedNamespace
{
    private const int RecentObjects = 64;

    private readonly NamespaceOptions _options;
    private readonly Random _random;
    private readonly SimulatedChangelog _changelog;
    private readonly List<Inode> _objects = [];
    private readonly List<Inode> _directories = [];
    private readonly Inode _root = new(NamespaceReplay.Root, isDirectory: true);
    private DateTimeOffset _now;
    private ulong _lastObject = 1;

    public SimulatedNamespace(NamespaceOptions options, SimulatedChangelog changelog, DateTimeOffset start)
    {
        _options = options;
        _random = new(options.Seed);
        _changelog = changelog;
        _now = start;
        _directories.Add(_root);
        _root.PlaceInDirectories = 0;
    }

    /// <summary>Objects other than the root.</summary>
    public int ObjectCount => _objects.Count;

    /// <summary>Every entry of every directory.</summary>
    public IEnumerable<NamespaceEntry> Entries =>
        _objects.SelectMany(inode => inode.Links.Select(link => new NamespaceEntry(link.Parent.Fid, link.Name, inode.Fid)));

    /// <summary>Does so many operations.</summary>
    public void Run(int operations)
    {
        for (int i = 0; i < operations; i++) Step();
    }

    private void Step()
    {
        _now += TimeSpan.FromMicroseconds(1);
        double draw = _random.NextDouble() * 100;
        bool isGrown = _objects.Count > _options.TargetObjects;
        if (_objects.Count == 0 || draw < (isGrown ? 18 : 34)) Create(ChangelogType.Create);
        else if (draw < 38) Create(ChangelogType.MakeDirectory);
        else if (draw < 40) Create(_random.Next(2) == 0 ? ChangelogType.SymbolicLink : ChangelogType.MakeNode);
        else if (draw < 44) Link();
        else if (draw < (isGrown ? 66 : 54)) Unlink();
        else if (draw < 74) Rename();
        else Touch();
    }

    private Inode Pick() => _objects[
        _random.NextDouble() < _options.RecentShare ? Math.Max(0, _objects.Count - 1 - _random.Next(RecentObjects)) : _random.Next(_objects.Count)];

    private Inode PickDirectory() => _directories[_random.Next(_directories.Count)];

    private byte[] DrawName()
    {
        int number = _random.Next(_options.NamesPerDirectory);
        if (_random.NextDouble() >= _options.OddNameShare) return Encoding.ASCII.GetBytes($"file {number:x4}.dat");
        return (number % 4) switch
        {
            0 => [.. "line\nfeed "u8, (byte)(1 + number % 31)],
            1 => [0xff, 0xfe, (byte)('a' + number % 26)],
            2 => Encoding.UTF8.GetBytes($"\"größe\" \\ {number}"),
            _ => [.. " s=[0x1:0x2:0x0] sp=[0x1:0x1:0x0] "u8, (byte)('a' + number % 26)],
        };
    }

    private void Create(ChangelogType type)
    {
        Inode parent = PickDirectory();
        byte[] name = DrawName();
        if (parent.Children!.ContainsKey(name)) return;
        var inode = new Inode(new(0x2_0000_0402, (uint)++_lastObject, 0), type == ChangelogType.MakeDirectory);
        Add(inode);
        Attach(inode, parent, name);
        Write(type, inode.Fid, parent.Fid, name);
    }

    private void Link()
    {
        Inode inode = Pick(), parent = PickDirectory();
        byte[] name = DrawName();
        if (inode.IsDirectory || parent.Children!.ContainsKey(name)) return;
        Attach(inode, parent, name);
        Write(ChangelogType.HardLink, inode.Fid, parent.Fid, name);
    }

    private void Unlink()
    {
        Inode inode = Pick();
        if (inode.Children is { Count: > 0 }) return;
        (Inode parent, byte[] name) = inode.Links[_random.Next(inode.Links.Count)];
        Detach(inode, parent, name);
        bool isLast = inode.Links.Count == 0;
        if (isLast) Remove(inode);
        Write(inode.IsDirectory ? ChangelogType.RemoveDirectory : ChangelogType.Unlink, inode.Fid, parent.Fid, name, flags: isLast ? (ushort)1 : (ushort)0);
    }

    private void Rename()
    {
        Inode inode = Pick(), target = PickDirectory();
        (Inode parent, byte[] name) = inode.Links[_random.Next(inode.Links.Count)];
        byte[] newName = DrawName();
        for (Inode? above = target; above is not null; above = above.Links.Count > 0 ? above.Links[0].Parent : null)
        {
            if (above == inode) return;
        }

        target.Children!.TryGetValue(newName, out Inode? overwritten);

        // Two links of one file: rename(2) does nothing.
        if (overwritten == inode) return;
        if (overwritten is not null && (overwritten.IsDirectory != inode.IsDirectory || overwritten.Children is { Count: > 0 })) return;
        bool isLast = false;
        if (overwritten is not null)
        {
            Detach(overwritten, target, newName);
            isLast = overwritten.Links.Count == 0;
            if (isLast) Remove(overwritten);
        }

        Detach(inode, parent, name);
        Attach(inode, target, newName);
        WriteRename(inode, parent, name, target, newName, overwritten, isLast);
    }

    private static void Attach(Inode inode, Inode parent, byte[] name)
    {
        parent.Children!.Add(name, inode);
        inode.Links.Add((parent, name));
    }

    private static void Detach(Inode inode, Inode parent, byte[] name)
    {
        parent.Children!.Remove(name);
        inode.Links.RemoveAll(link => link.Parent == parent && link.Name.AsSpan().SequenceEqual(name));
    }

    private void Add(Inode inode)
    {
        inode.PlaceInObjects = _objects.Count;
        _objects.Add(inode);
        if (!inode.IsDirectory) return;
        inode.PlaceInDirectories = _directories.Count;
        _directories.Add(inode);
    }

    private void Remove(Inode inode)
    {
        Inode last = _objects[^1];
        _objects[last.PlaceInObjects = inode.PlaceInObjects] = last;
        _objects.RemoveAt(_objects.Count - 1);
        if (!inode.IsDirectory) return;
        last = _directories[^1];
        _directories[last.PlaceInDirectories = inode.PlaceInDirectories] = last;
        _directories.RemoveAt(_directories.Count - 1);
    }

    private sealed class Inode(Fid fid, bool isDirectory)
    {
        public Fid Fid { get; } = fid;

        public bool IsDirectory { get; } = isDirectory;

        public Dictionary<byte[], Inode>? Children { get; } = isDirectory ? new(NameComparer.Instance) : null;

        public List<(Inode Parent, byte[] Name)> Links { get; } = [];

        public int PlaceInObjects { get; set; }

        public int PlaceInDirectories { get; set; }
    }
}
