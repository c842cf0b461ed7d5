using System.Text;
using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Namespaces;
using Weir.Lab.Changelogs;
using Weir.Lab.Time;
using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Coalescing;

public sealed class ChangelogCoalescerTests
{
    private static readonly Fid Directory = new(0x200000402, 0x100, 0);
    private static readonly Fid File = new(0x200000402, 0x10, 0);
    private static readonly Fid Other = new(0x200000402, 0x11, 0);

    private readonly Collected _out = new();
    private ulong _index;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    [Fact]
    public void A_file_made_and_removed_leaves_nothing()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "a");
        Add(coalescer, ChangelogType.SetAttributes, File);
        Add(coalescer, ChangelogType.HardLink, File, "b");
        Rename(coalescer, File, "a", "c");
        Add(coalescer, ChangelogType.Unlink, File, "c");
        Add(coalescer, ChangelogType.Unlink, File, "b", flags: 1);
        coalescer.Flush();
        Assert.Empty(_out.Lines);
        Assert.Equal(6, coalescer.Counts.Collapsed);
    }

    [Fact]
    public void A_file_made_in_an_earlier_run_is_not_swallowed_with_its_removal()
    {
        var coalescer = new ChangelogCoalescer(_out, new CoalescerOptions { AlreadyGivenUpTo = 1 });
        Add(coalescer, ChangelogType.Create, File, "a");
        Add(coalescer, ChangelogType.Unlink, File, "a", flags: 1);
        coalescer.Flush();
        Assert.Equal(["1 CREAT a", "2 UNLNK a"], _out.Lines);
    }

    [Fact]
    public void A_removed_file_with_a_copy_in_an_archive_is_told_of()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "a");
        Add(coalescer, ChangelogType.Hsm, File);
        Add(coalescer, ChangelogType.Unlink, File, "a", flags: 3);
        coalescer.Flush();
        Assert.Equal(["1 CREAT a", "2 HSM ", "3 UNLNK a"], _out.Lines);
    }

    [Fact]
    public void What_was_given_out_is_not_collapsed_any_more()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "a");
        coalescer.Flush();
        Add(coalescer, ChangelogType.Unlink, File, "a", flags: 1);
        coalescer.Flush();
        Assert.Equal(["1 CREAT a", "2 UNLNK a"], _out.Lines);
    }

    [Fact]
    public void A_removal_that_is_not_of_the_last_link_collapses_nothing()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "a");
        Add(coalescer, ChangelogType.HardLink, File, "b");
        Add(coalescer, ChangelogType.Unlink, File, "a");
        coalescer.Flush();
        Assert.Equal(["1 CREAT a", "2 HLINK b", "3 UNLNK a"], _out.Lines);
    }

    [Fact]
    public void A_link_and_its_removal_cancel()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.HardLink, File, "b");
        Add(coalescer, ChangelogType.SetAttributes, File);
        Add(coalescer, ChangelogType.Unlink, File, "b");
        coalescer.Flush();
        Assert.Equal(["2 SATTR "], _out.Lines);
        Assert.Equal(2, coalescer.Counts.Cancelled);
    }

    [Fact]
    public void A_link_that_was_renamed_away_does_not_cancel()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.HardLink, File, "b");
        Rename(coalescer, File, "b", "c");
        Rename(coalescer, File, "a", "b");
        Add(coalescer, ChangelogType.Unlink, File, "b");
        coalescer.Flush();
        Assert.Equal(4, _out.Lines.Count);
    }

    [Fact]
    public void Changes_of_attributes_merge_into_the_last_with_all_flags()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.SetAttributes, File, flags: 0x4);
        Add(coalescer, ChangelogType.SetAttributes, Other, flags: 0x20);
        Add(coalescer, ChangelogType.Close, File);
        Add(coalescer, ChangelogType.SetAttributes, File, flags: 0x10);
        coalescer.Flush();
        Assert.Equal(["2 SATTR ", "3 CLOSE ", "4 SATTR "], _out.Lines);
        Assert.Equal([0x20, 0, 0x14], _out.Flags);
    }

    [Fact]
    public void A_file_that_replaced_another_is_not_collapsed()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "tmp");
        Rename(coalescer, File, "tmp", "a", over: Other);
        Add(coalescer, ChangelogType.Unlink, File, "a", flags: 1);
        coalescer.Flush();
        Assert.Equal(["1 CREAT tmp", "2 RENME a", "3 UNLNK a"], _out.Lines);
    }

    [Fact]
    public void A_directory_collapses_only_when_nothing_left_names_it()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.MakeDirectory, Directory, "d", parent: NamespaceReplay.Root);
        Add(coalescer, ChangelogType.Create, File, "x");
        Add(coalescer, ChangelogType.Create, Other, "y");
        Add(coalescer, ChangelogType.Unlink, File, "x", flags: 1);
        Rename(coalescer, Other, "y", "z", to: NamespaceReplay.Root);
        Add(coalescer, ChangelogType.RemoveDirectory, Directory, "d", parent: NamespaceReplay.Root);
        coalescer.Flush();
        Assert.Equal(["1 MKDIR d", "3 CREAT y", "5 RENME z", "6 RMDIR d"], _out.Lines);
    }

    [Fact]
    public void Records_of_audit_pass_whatever_becomes_of_the_file()
    {
        var coalescer = new ChangelogCoalescer(_out);
        Add(coalescer, ChangelogType.Create, File, "a");
        Add(coalescer, ChangelogType.DeniedOpen, File);
        Add(coalescer, ChangelogType.DeniedOpen, File);
        Add(coalescer, ChangelogType.Unlink, File, "a", flags: 1);
        coalescer.Flush();
        Assert.Equal(["2 NOPEN ", "3 NOPEN "], _out.Lines);
    }

    [Fact]
    public void A_full_window_gives_out_the_quarter_touched_longest_ago()
    {
        var coalescer = new ChangelogCoalescer(_out, new CoalescerOptions { WindowRecords = 8 });
        for (uint i = 1; i <= 8; i++) Add(coalescer, ChangelogType.SetAttributes, new(1, i, 0));
        Add(coalescer, ChangelogType.SetAttributes, new(1, 1, 0));
        Assert.Empty(_out.Lines);
        Add(coalescer, ChangelogType.SetAttributes, new(1, 99, 0));
        Assert.Equal(["2 SATTR ", "3 SATTR "], _out.Lines);
        Assert.Equal(7, coalescer.WindowCount);
    }

    /// <summary>Whatever the window, what comes out replays to the same namespace, at every flush, in the order of indices.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_replay_of_what_is_left_is_a_replay_of_the_whole(int seed)
    {
        var random = new Random(seed);
        int operations = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 50_000 : 3_000_000;
        var changelog = new SimulatedChangelog("lab-MDT0000", new ManualTimeProvider(DateTimeOffset.UnixEpoch)) { Mask = ChangelogMask.All };
        string user = changelog.Register();
        var space = new SimulatedNamespace(
            new NamespaceOptions { Seed = seed, TargetObjects = 500, NamesPerDirectory = 60, SplitsRenames = seed == 3 }, changelog, DateTimeOffset.UnixEpoch.AddYears(50));
        var coalesced = new NamespaceReplay();
        var whole = new NamespaceReplay();
        var sink = new OrderedReplay(coalesced);
        var coalescer = new ChangelogCoalescer(sink, new CoalescerOptions { WindowRecords = seed % 2 == 0 ? 4 << random.Next(11) : PendingRecords.LeastWindow << random.Next(4) });
        var buffer = new byte[1 << 20];
        int nextComparison = 0;
        for (int done = 0; done < operations; done += 5000)
        {
            space.Run(5000);
            using (var stream = changelog.Open(changelog.ReadUsers()!.Find(user)!.Index + 1))
            {
                while (stream.Read(buffer) is > 0 and var read)
                {
                    var scanner = new ChangelogScanner(buffer.AsSpan(0, read), isFinal: true);
                    while (scanner.Next(out ChangelogRecord record, out _) == ChangelogScan.Record)
                    {
                        whole.Apply(record);
                        coalescer.Add(record);
                    }
                }
            }

            changelog.Clear(user, 0);
            if (random.Next(3) > 0 && done + 5000 < operations) continue;
            coalescer.Flush();

            // The namespace grows, and comparing all of it at each flush would take longer than all else.
            if (done < nextComparison && done + 5000 < operations) continue;
            nextComparison = done + operations / 20;
            HashSet<NamespaceEntry> expected = [.. space.Entries];
            Assert.True(expected.SetEquals(whole.Entries), $"seed {seed}: the whole after {done} operations");
            Assert.True(expected.SetEquals(coalesced.Entries), $"seed {seed}: the coalesced after {done} operations");
        }

        CoalescerCounts counts = coalescer.Counts;
        Assert.Equal(counts.Taken, counts.Given + coalescer.WindowCount + counts.Collapsed + counts.Merged + counts.Cancelled);
        Assert.True(counts.Merged > 0 && counts.Collapsed > 0, $"seed {seed}: {counts}");
    }

    /// <summary>
    /// Records that no file system makes (files that are their own directories, names of what was removed) come out in order, none
    /// is counted twice, and nothing of them stays behind.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Records_that_contradict_each_other_only_come_out_in_order(int seed)
    {
        var random = new Random(seed);
        var sink = new OrderedReplay(new NamespaceReplay());
        var coalescer = new ChangelogCoalescer(sink, new CoalescerOptions { WindowRecords = seed % 2 == 0 ? random.Next(4, 200) : PendingRecords.LeastWindow });
        int files = random.Next(2, 3000);
        for (int i = 0; i < 60_000; i++)
        {
            Fid NextFid() => random.Next(8) == 0 ? default : new(7, (uint)random.Next(files), 0);
            var type = (ChangelogType)random.Next(26);
            bool renames = type == ChangelogType.Rename || random.Next(20) == 0;
            Add(coalescer, new ChangelogFields
            {
                Type = type,
                Format = ChangelogFormat.Version | (renames ? ChangelogFormat.Rename : 0),
                Index = ++_index,
                Target = NextFid(),
                Flags = (ushort)random.Next(4),
                Parent = NextFid(),
                Source = renames ? NextFid() : default,
                SourceParent = renames ? NextFid() : default,
                Name = Encoding.UTF8.GetBytes(new string('n', random.Next(random.Next(2) == 0 ? 3 : 300))),
            });
            if (random.Next(20_000) == 0) coalescer.Flush();
        }

        coalescer.Flush();
        CoalescerCounts counts = coalescer.Counts;
        Assert.Equal(0, coalescer.WindowCount);
        Assert.Equal(60_000, counts.Given + counts.Collapsed + counts.Merged + counts.Cancelled);
        Assert.True(counts.Merged > 0 && counts.Collapsed > 0, $"seed {seed}: {counts}");

        // What was left in the table would keep this file from being left out.
        long collapsed = counts.Collapsed;
        for (uint file = 0; file < files; file++)
        {
            Add(coalescer, ChangelogType.Create, new(7, file, 0), "a");
            Add(coalescer, ChangelogType.Unlink, new(7, file, 0), "a", flags: 1);
        }

        coalescer.Flush();
        Assert.Equal(collapsed + 2 * files, coalescer.Counts.Collapsed);
    }

    private void Rename(ChangelogCoalescer coalescer, Fid file, string from, string to1, Fid over = default, Fid? to = null)
    {
        var fields = new ChangelogFields
        {
            Type = ChangelogType.Rename,
            Format = ChangelogFormat.Version | ChangelogFormat.Rename,
            Index = ++_index,
            Target = over,
            Flags = over == default ? (ushort)0 : (ushort)1,
            Parent = to ?? Directory,
            Name = Encoding.UTF8.GetBytes(to1),
            Source = file,
            SourceParent = Directory,
            HasSourceName = true,
            SourceName = Encoding.UTF8.GetBytes(from),
        };
        Add(coalescer, fields);
    }

    private void Add(ChangelogCoalescer coalescer, ChangelogType type, Fid file, string name = "", ushort flags = 0, Fid? parent = null) => Add(coalescer, new ChangelogFields
    {
        Type = type,
        Format = ChangelogFormat.Version,
        Index = ++_index,
        Target = file,
        Flags = flags,
        Parent = name.Length == 0 ? default : parent ?? Directory,
        Name = Encoding.UTF8.GetBytes(name),
    });

    private static void Add(ChangelogCoalescer coalescer, ChangelogFields fields)
    {
        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
        coalescer.Add(record);
    }

    private sealed class Collected : ICoalescedSink
    {
        public List<string> Lines { get; } = [];

        public List<int> Flags { get; } = [];

        public void Take(ChangelogRecord record)
        {
            Lines.Add($"{record.Index} {ChangelogTypes.Text(record.Type)} {Encoding.UTF8.GetString(record.Name)}");
            Flags.Add(record.Flags);
        }
    }

    private sealed class OrderedReplay(NamespaceReplay replay) : ICoalescedSink
    {
        private ulong _last;

        public void Take(ChangelogRecord record)
        {
            Assert.True(record.Index > _last);
            _last = record.Index;
            replay.Apply(record);
        }
    }
}
