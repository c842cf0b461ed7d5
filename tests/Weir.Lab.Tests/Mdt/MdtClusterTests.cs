using Weir.Lab.Mdt;
using Weir.Lustre;

namespace Weir.Lab.Tests.Mdt;

public sealed class MdtClusterTests : IDisposable
{
    private readonly LabDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void The_same_seed_gives_the_same_files(int seed)
    {
        using var other = new LabDirectory();
        var first = new MdtCluster(_directory.Path, Scenario.Busy(seed));
        var second = new MdtCluster(other.Path, Scenario.Busy(seed));
        for (int poll = 0; poll < 30; poll++)
        {
            foreach (MdtCluster cluster in new[] { first, second })
            {
                cluster.Advance(TimeSpan.FromSeconds(20));
                cluster.WriteFiles();
            }

            Assert.Equal(_directory.Contents(), other.Contents());
        }
    }

    [Fact]
    public void Another_seed_gives_another_history()
    {
        var first = new MdtCluster(_directory.Path, Scenario.Busy(1));
        var second = new MdtCluster(_directory.Path, Scenario.Busy(2));
        first.Advance(TimeSpan.FromMinutes(2));
        second.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first.Mdts[0].Actions, second.Mdts[0].Actions);
    }

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void Neither_the_steps_of_time_nor_the_writing_of_files_change_the_history(int seed)
    {
        var once = new MdtCluster(_directory.Path, Scenario.Busy(seed));
        var often = new MdtCluster(_directory.Path, Scenario.Busy(seed));
        once.Advance(TimeSpan.FromMinutes(15));
        for (int i = 0; i < 15 * 60; i += 3)
        {
            often.Advance(TimeSpan.FromSeconds(3));
            if (i % 100 == 0) often.WriteFiles();
        }

        Assert.Equal(once.Now, often.Now);
        for (int mdt = 0; mdt < once.Mdts.Count; mdt++)
        {
            Assert.Equal(once.Mdts[mdt].Actions, often.Mdts[mdt].Actions);
            Assert.Equal(once.Mdts[mdt].Host, often.Mdts[mdt].Host);
        }
    }

    [Theory]
    [MemberData(nameof(Scenario.Seeds), MemberType = typeof(Scenario))]
    public void An_hour_has_everything_in_it(int seed)
    {
        var cluster = new MdtCluster(_directory.Path, Scenario.Busy(seed));
        for (int poll = 0; poll < 180; poll++)
        {
            cluster.Advance(TimeSpan.FromSeconds(20));
            cluster.WriteFiles();
        }

        MdtCounts counts = cluster.Counts;
        foreach (System.Reflection.PropertyInfo count in typeof(MdtCounts).GetProperties())
            Assert.True((long)count.GetValue(counts)! > 0, $"Seed {seed}: {count.Name} is 0.");
        foreach (HsmAction action in new[] { HsmAction.Archive, HsmAction.Restore, HsmAction.Remove })
            Assert.Contains(cluster.Mdts.SelectMany(mdt => mdt.Actions), truth => truth.Action == action);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Live_indices_are_unique_and_within_their_range(bool statusChangesMoveRecords)
    {
        MdtClusterOptions options = Scenario.Busy(3) with { StatusChangesMoveRecords = statusChangesMoveRecords };
        var cluster = new MdtCluster(_directory.Path, options);
        for (int i = 0; i < 1200; i++)
        {
            cluster.Advance(TimeSpan.FromSeconds(1));
            foreach (SimulatedMdt mdt in cluster.Mdts)
            {
                var indices = mdt.Actions.Select(truth => (truth.CatalogIndex, truth.RecordIndex)).ToHashSet();
                Assert.Equal(mdt.ActionCount, indices.Count);
                Assert.All(indices, index =>
                {
                    Assert.InRange(index.CatalogIndex, 1U, (uint)options.CatalogSlots);
                    Assert.InRange(index.RecordIndex, 1U, (uint)options.RecordsPerLog);
                });
            }
        }

        Assert.True(cluster.Counts.ReusedIndices > 100);
    }

    [Fact]
    public void No_more_requests_are_started_than_allowed()
    {
        MdtClusterOptions options = Scenario.Busy(4);
        var cluster = new MdtCluster(_directory.Path, options);
        int most = 0;
        for (int i = 0; i < 1800; i++)
        {
            cluster.Advance(TimeSpan.FromSeconds(1));
            foreach (SimulatedMdt mdt in cluster.Mdts)
                most = Math.Max(most, mdt.Actions.Count(truth => truth.Status == HsmStatus.Started && !truth.IsCancel));
        }

        Assert.Equal(options.MaxRequests, most);
    }

    [Fact]
    public void A_full_catalog_refuses_requests_and_goes_on()
    {
        var cluster = new MdtCluster(_directory.Path, Scenario.Busy(5) with { CatalogSlots = 1, RecordsPerLog = 20 });
        cluster.Advance(TimeSpan.FromMinutes(30));
        Assert.All(cluster.Mdts, mdt => Assert.InRange(mdt.ActionCount, 0, 20));
        Assert.True(cluster.Counts.RefusedRequests > 0);
        Assert.True(cluster.Counts.Succeeded > 20);
    }

    [Fact]
    public void Tens_of_thousands_of_actions_are_no_burden()
    {
        var cluster = new MdtCluster(_directory.Path, new()
        {
            MdtCount = 1,
            ArrivalsPerSecond = 200,
            CatalogSlots = 64,
            RecordsPerLog = 1024,
            FailOversPerHour = 0,
        });
        cluster.Advance(TimeSpan.FromMinutes(4));
        WrittenFile written = Assert.Single(cluster.WriteFiles(clean: true));
        Assert.True(written.Lines > 20_000, $"Only {written.Lines} lines.");
        Assert.True(written.IsWhole);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new MdtCluster(_directory.Path, new() { FailureProbability = 0.9, RetryProbability = 0.2 }));
        Assert.Contains(nameof(MdtClusterOptions.FailureProbability), error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MdtCluster(_directory.Path, new() { FileSystem = "../up" }));
        Assert.Throws<ArgumentException>(() => new MdtCluster(_directory.Path, new() { CancelProbability = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MdtCluster(_directory.Path, new()).Advance(TimeSpan.FromSeconds(-1)));
    }
}
