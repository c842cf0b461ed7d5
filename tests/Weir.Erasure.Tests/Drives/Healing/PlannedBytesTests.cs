using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>The time that is left is told by the bytes that are planned: they must be those that a repair takes.</summary>
public sealed class PlannedBytesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>With as many drives left as there are data shards nothing more can be read to compare with.</summary>
    [Theory]
    [InlineData("xl.meta")]
    [InlineData("part.1")]
    [InlineData("part.2")]
    public async Task What_a_repair_will_read_and_write_is_known_before(string lost)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "tree"), Data = 3, Parity = 1 });
        MadeVersion made = tree.Put(Erasure.Drives.ObjectName.Create("bucket", "object"), new SeededStream(1, 900_000), new() { PartBytes = 500_000 });
        Assert.Equal("bucket/object", made.Name.ToString());
        string file = Directory.GetFiles(tree.Drives[1], lost, SearchOption.AllDirectories).Single(path => path.Contains("bucket/object/", StringComparison.Ordinal));
        File.Delete(file);
        HealRun run = await HealRun.RunAsync(tree.Drives);
        ObjectPlan plan = Assert.Single(run.Plans, plan => plan.Repairs.Count > 0);
        ObjectOutcome outcome = Assert.Single(run.Outcomes);
        Assert.True(outcome.IsDone, run.Text);
        Assert.True(plan.ReadBytes > 0);
        Assert.Equal(plan.ReadBytes, outcome.ReadBytes);
    }
}
