using System.Buffers;
using System.Text;
using Weir.Changelogs.Namespaces;
using Weir.Changelogs.Paths;
using Weir.Lab.Changelogs;
using Weir.Lab.Time;
using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Paths;

public sealed class PathResolverTests
{
    private static readonly Fid Directory = new(0x200000402, 0x100, 0);
    private static readonly Fid Below = new(0x200000402, 0x101, 0);
    private static readonly Fid File = new(0x200000402, 0x10, 0);

    private readonly ArrayBufferWriter<byte> _path = new();

    [Fact]
    public void A_renamed_directory_moves_what_is_below_it()
    {
        var paths = new PathResolver();
        Observe(paths, ChangelogType.MakeDirectory, Directory, NamespaceReplay.Root, "a");
        Observe(paths, ChangelogType.MakeDirectory, Below, Directory, "b");
        Observe(paths, ChangelogType.Create, File, Below, "f");
        Assert.Equal("/a/b/f", PathOf(paths, ChangelogType.Close, File));
        ObserveRename(paths, Directory, NamespaceReplay.Root, "a", NamespaceReplay.Root, "moved");
        Assert.Equal("/moved/b/f", PathOf(paths, ChangelogType.Close, File));
        Assert.Equal("/moved/b/new", PathOf(paths, ChangelogType.Create, default, Below, "new"));
    }

    [Fact]
    public void What_is_not_known_starts_with_the_fid_it_hangs_from()
    {
        var paths = new PathResolver();
        Observe(paths, ChangelogType.MakeDirectory, Below, Directory, "b");
        Assert.Equal("[0x200000402:0x100:0x0]/b/x", PathOf(paths, ChangelogType.Create, File, Below, "x", isWhole: false));
        Assert.Equal("", PathOf(paths, ChangelogType.Close, File, isWhole: false));
        Assert.Equal("/", PathOf(paths, ChangelogType.SetAttributes, NamespaceReplay.Root));
    }

    [Fact]
    public void A_removed_link_is_forgotten_and_its_own_record_still_has_its_path()
    {
        var paths = new PathResolver();
        Observe(paths, ChangelogType.Create, File, NamespaceReplay.Root, "f");
        Assert.Equal("/f", PathOf(paths, ChangelogType.Unlink, File, NamespaceReplay.Root, "f"));
        Observe(paths, ChangelogType.Unlink, File, NamespaceReplay.Root, "f");
        Assert.Equal("", PathOf(paths, ChangelogType.Close, File, isWhole: false));
        Assert.Equal(0, paths.Count);
    }

    [Fact]
    public void What_was_not_used_for_longest_is_forgotten_first()
    {
        var paths = new PathResolver(capacity: 3);
        Observe(paths, ChangelogType.MakeDirectory, Directory, NamespaceReplay.Root, "a");
        for (uint i = 0; i < 10; i++) Observe(paths, ChangelogType.Create, new(1, i + 1, 0), NamespaceReplay.Root, $"{i}");
        Assert.Equal(3, paths.Count);
        Assert.Equal("/9", PathOf(paths, ChangelogType.Close, new(1, 10, 0)));
        Assert.Equal("", PathOf(paths, ChangelogType.Close, new(1, 1, 0), isWhole: false));
    }

    [Fact]
    public void A_circle_of_damaged_records_ends()
    {
        var paths = new PathResolver();
        Observe(paths, ChangelogType.MakeDirectory, Directory, Below, "a");
        Observe(paths, ChangelogType.MakeDirectory, Below, Directory, "b");
        Assert.Equal("", PathOf(paths, ChangelogType.Create, File, Below, "x", isWhole: false));
    }

    [Fact]
    public void What_records_do_not_tell_is_asked_once_until_a_directory_is_renamed()
    {
        var elsewhere = new Elsewhere();
        var paths = new PathResolver(elsewhere: elsewhere);
        Assert.Equal("/found/x", PathOf(paths, ChangelogType.Create, File, Directory, "x"));
        Assert.Equal("/found/y", PathOf(paths, ChangelogType.Create, File, Directory, "y"));
        Assert.Equal(1, elsewhere.Questions);
        Observe(paths, ChangelogType.Create, File, Directory, "x");
        ObserveRename(paths, File, Directory, "x", Directory, "z");
        Assert.Equal("/found/z", PathOf(paths, ChangelogType.Close, File));
        Assert.Equal(1, elsewhere.Questions);
        ObserveRename(paths, Below, NamespaceReplay.Root, "p", NamespaceReplay.Root, "q");
        Assert.Equal("/found/z", PathOf(paths, ChangelogType.Close, File));
        Assert.Equal(2, elsewhere.Questions);
    }

    /// <summary>Every record's path is the one that the namespace has at that record.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Paths_are_those_of_the_namespace(int seed)
    {
        var changelog = new SimulatedChangelog("lab-MDT0000", new ManualTimeProvider(DateTimeOffset.UnixEpoch)) { Mask = ChangelogMask.All };
        string user = changelog.Register();
        var space = new SimulatedNamespace(new NamespaceOptions { Seed = seed, TargetObjects = 300, NamesPerDirectory = 30 }, changelog, DateTimeOffset.UnixEpoch.AddYears(50));
        var replay = new NamespaceReplay();
        var paths = new PathResolver();
        var buffer = new byte[1 << 20];
        int checkedPaths = 0;
        for (int done = 0; done < 10_000; done += 500)
        {
            space.Run(500);
            using var stream = changelog.Open(changelog.ReadUsers()!.Find(user)!.Index + 1);
            while (stream.Read(buffer) is > 0 and var read)
            {
                var scanner = new ChangelogScanner(buffer.AsSpan(0, read), isFinal: true);
                while (scanner.Next(out ChangelogRecord record, out _) == ChangelogScan.Record)
                {
                    _path.ResetWrittenCount();
                    bool isWhole = paths.Write(record, _path);
                    if (isWhole && record.Parent != default)
                    {
                        // Up from the parent by the replay, which knows every name.
                        Assert.True(_path.WrittenSpan.EndsWith(record.Name), $"seed {seed}, record {record.Index}");
                        checkedPaths++;
                    }

                    paths.Observe(record);
                    replay.Apply(record);
                }
            }

            changelog.Clear(user, 0);
            Dictionary<Fid, NamespaceEntry> anyLink = [];
            foreach (NamespaceEntry entry in replay.Entries) anyLink[entry.Target] = entry;
            foreach (NamespaceEntry entry in replay.Entries.Take(200)) AssertPath(paths, entry, anyLink, seed);
        }

        Assert.True(checkedPaths > 1000);
    }

    private void AssertPath(PathResolver paths, NamespaceEntry entry, Dictionary<Fid, NamespaceEntry> links, int seed)
    {
        List<byte> expected = [];
        for (NamespaceEntry at = entry; ; at = links[at.Parent])
        {
            expected.InsertRange(0, [(byte)'/', .. at.Name]);
            if (at.Parent == NamespaceReplay.Root) break;
        }

        Assert.True(Encoding.Latin1.GetString([.. expected]) == PathOf(paths, ChangelogType.HardLink, entry.Target, entry.Parent, entry.Name), $"seed {seed}");
    }

    private string PathOf(PathResolver paths, ChangelogType type, Fid file, Fid parent = default, string name = "", bool isWhole = true) =>
        PathOf(paths, type, file, parent, Encoding.UTF8.GetBytes(name), isWhole);

    private string PathOf(PathResolver paths, ChangelogType type, Fid file, Fid parent, byte[] name, bool isWhole = true)
    {
        _path.ResetWrittenCount();
        Assert.Equal(isWhole, paths.Write(Read(new ChangelogFields { Type = type, Target = file, Parent = parent, Name = name }), _path));
        return Encoding.Latin1.GetString(_path.WrittenSpan);
    }

    private static void Observe(PathResolver paths, ChangelogType type, Fid file, Fid parent, string name) =>
        paths.Observe(Read(new ChangelogFields { Type = type, Target = file, Parent = parent, Name = Encoding.UTF8.GetBytes(name), Flags = type == ChangelogType.Unlink ? (ushort)1 : (ushort)0 }));

    private static void ObserveRename(PathResolver paths, Fid file, Fid from, string oldName, Fid to, string newName) => paths.Observe(Read(new ChangelogFields
    {
        Type = ChangelogType.Rename,
        Format = ChangelogFormat.Rename,
        Parent = to,
        Name = Encoding.UTF8.GetBytes(newName),
        Source = file,
        SourceParent = from,
        HasSourceName = true,
        SourceName = Encoding.UTF8.GetBytes(oldName),
    }));

    private static ChangelogRecord Read(ChangelogFields fields)
    {
        fields.Index = 1;
        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
        return record;
    }

    private sealed class Elsewhere : IFidPaths
    {
        public int Questions { get; private set; }

        public byte[]? Find(Fid fid)
        {
            Questions++;
            return fid == Directory ? "/found"u8.ToArray() : null;
        }
    }
}
