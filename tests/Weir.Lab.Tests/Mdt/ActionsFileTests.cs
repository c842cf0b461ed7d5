using Weir.Lab.Mdt;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Tests.Mdt;

public sealed class ActionsFileTests : IDisposable
{
    private readonly LabDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void Clean_files_say_the_truth_and_nothing_else(int seed)
    {
        var cluster = new MdtCluster(_directory.Path, Scenario.Busy(seed).WithCleanFiles());
        for (int poll = 0; poll < 60; poll++)
        {
            cluster.Advance(TimeSpan.FromSeconds(20));
            IReadOnlyList<WrittenFile> written = cluster.WriteFiles();
            foreach ((SimulatedMdt mdt, WrittenFile file) in cluster.Mdts.Zip(written))
            {
                Assert.Equal(mdt.IsUp, file.Path is not null);
                if (file.Path is null) continue;
                using var stream = File.OpenRead(file.Path);
                using var reader = new HsmFileReader<ActionLine>(stream);
                Assert.Equal(mdt.Actions, Read(reader));
                Assert.Equal((0L, false, true), (reader.Skipped.Total, reader.IsIncomplete, file.IsWhole));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void Damaged_files_say_part_of_the_truth_and_no_untruth(int seed)
    {
        var cluster = new MdtCluster(_directory.Path, Scenario.Busy(seed));
        int torn = 0, lost = 0;
        for (int poll = 0; poll < 120; poll++)
        {
            cluster.Advance(TimeSpan.FromSeconds(20));
            foreach ((SimulatedMdt mdt, WrittenFile file) in cluster.Mdts.Zip(cluster.WriteFiles()))
            {
                if (file.Path is null) continue;
                using var stream = File.OpenRead(file.Path);
                using var reader = new HsmFileReader<ActionLine>(stream);
                List<TrueAction> read = Read(reader);
                Assert.Subset(mdt.Actions.ToHashSet(), read.ToHashSet());
                Assert.Equal((file.Lines, file.IsTorn), (read.Count, reader.IsIncomplete));
                Assert.Equal(mdt.ActionCount, file.Lines + file.LostLines);
                if (!file.IsTorn) Assert.Equal(file.GarbageLines + file.LostLines, reader.Skipped.Lost);
                Assert.Equal(file.IsWhole, read.Count == mdt.ActionCount && !reader.IsIncomplete);
                torn += file.IsTorn ? 1 : 0;
                lost += file.LostLines;
            }
        }

        Assert.True(torn > 0 && lost > torn, $"Seed {seed}: {torn} torn files, {lost} lost lines.");
    }

    [Fact]
    public void An_mdt_that_fails_over_has_no_file_and_then_one_elsewhere_with_the_same_log()
    {
        MdtClusterOptions options = Scenario.Busy(1).WithCleanFiles() with { FailOversPerHour = 0 };
        var cluster = new MdtCluster(_directory.Path, options);
        SimulatedMdt mdt = cluster.Mdts[0];
        cluster.Advance(TimeSpan.FromMinutes(2));
        string before = cluster.WriteFiles()[0].Path!;
        var log = mdt.Actions.ToList();

        mdt.FailOver(TimeSpan.FromSeconds(5));
        cluster.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(cluster.WriteFiles()[0].Path);
        Assert.False(File.Exists(before));
        Assert.True(File.Exists(cluster.WriteFiles()[1].Path));
        Assert.Equal(log, mdt.Actions);
        Assert.Throws<InvalidOperationException>(() => mdt.FailOver(TimeSpan.FromSeconds(1)));

        cluster.Advance(TimeSpan.FromSeconds(1));
        string after = cluster.WriteFiles()[0].Path!;
        Assert.NotEqual(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(before))), Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(after))));
        Assert.EndsWith(Path.Combine(mdt.Host, mdt.Name, "hsm", "actions"), after, StringComparison.Ordinal);
        Assert.True(log.Select(truth => truth.Cookie).Intersect(mdt.Actions.Select(truth => truth.Cookie)).Count() > log.Count / 2);
    }

    private static List<TrueAction> Read(HsmFileReader<ActionLine> reader)
    {
        var actions = new List<TrueAction>();
        while (reader.TryRead(out ActionLine line))
        {
            Assert.True(Fid.TryParse(line.Fid, out Fid fid));
            Assert.True(line.DataFid.SequenceEqual(line.Fid));
            Assert.Equal(ulong.MaxValue, line.ExtentLength);
            actions.Add(new(line.Cookie, line.CatalogIndex, line.RecordIndex, fid, line.Action, line.Status, line.ArchiveId));
        }

        return actions;
    }
}
