using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>A repair that is interrupted or fails at any of its changes leaves no position with less than it had, and the next one ends the work.</summary>
public sealed class HealFaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(StoreFaultName.InputOutput)]
    [InlineData(StoreFaultName.NoSpace)]
    [InlineData(StoreFaultName.Kill)]
    [InlineData(StoreFaultName.KillWithin)]
    [InlineData(StoreFaultName.PowerLoss)]
    [InlineData(StoreFaultName.PowerLossTorn)]
    public async Task At_every_change_a_fault_leaves_each_position_as_good_as_it_was_or_better(StoreFaultName fault)
    {
        string root = Path.Combine(_directory.Path, "tree");
        DriveTree tree = MakeTree(root);
        var model = new SimulatedStore(1);
        model.Load(root);
        Dictionary<string, byte[]> whole = model.Files(root);
        Damage(tree);
        var damaged = new SimulatedStore(1);
        damaged.Load(root);

        SimulatedStore counted = damaged.Clone();
        HealRun run = await HealRun.RunAsync(tree.Drives, VerifyMode.Deep, counted, new() { MayOutline = false });
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Assert.Empty(TreeComparison.Differences(whole, counted.Files(root)));
        int changes = counted.Changes;
        Assert.InRange(changes, 40, 400);
        Dictionary<string, ShardNeeds> before = Needs(run.Plans.Select(plan => plan.Object), tree.Drives.Count);
        Assert.Equal(5 * tree.Drives.Count, before.Count);

        // Whoever is killed within anything but a write is killed before it.
        int last = fault == StoreFaultName.KillWithin ? counted.Writes : changes;
        Assert.InRange(last, 5, 400);
        for (int at = 1; at <= last; at++)
        {
            SimulatedStore store = damaged.Clone();
            (store.FaultAt, store.Fault) = (at, (StoreFault)fault);
            await TryHealAsync(tree, store);
            store.Restart();
            string trace = string.Join('\n', store.Trace.TakeLast(12));
            // It looks at everything first: at what the fault left.
            HealRun second = await HealRun.RunAsync(tree.Drives, VerifyMode.Deep, store, new() { MayOutline = false });
            Dictionary<string, ShardNeeds> after = Needs(second.Plans.Select(plan => plan.Object), tree.Drives.Count);
            foreach ((string place, ShardNeeds needs) in before)
            {
                // What is needed now was needed before.
                Assert.True((after[place] & ~needs) == 0, $"{fault} at change {at}: {place} needed {needs} and now needs {after[place]}\n{trace}");
            }

            IReadOnlyList<string> differences = TreeComparison.Differences(whole, store.Files(root));
            Assert.True(differences.Count == 0, $"{fault} at change {at}: {string.Join("; ", differences)}\n{second.Text}\n{string.Join('\n', store.Trace)}");
        }
    }

    /// <summary>Files, inline shards, several parts, two versions in one file, a delete marker and an empty object; 2+2.</summary>
    private static DriveTree MakeTree(string root)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = root, Data = 2, Parity = 2, Seed = 3 });
        var small = new PutOptions { BlockBytes = 1000, IsVersioned = true };
        tree.Put(ObjectName.Create("bucket", "versions"), new SeededStream(1, 300), small);
        tree.Put(ObjectName.Create("bucket", "versions"), new SeededStream(2, 400_000), new() { BlockBytes = 50_000, IsVersioned = true });
        tree.Delete(ObjectName.Create("bucket", "versions"));
        tree.Put(ObjectName.Create("bucket", "deep/parts"), new SeededStream(3, 5000), new() { BlockBytes = 1000, PartBytes = 3000 });
        tree.Put(ObjectName.Create("bucket", "empty"), Stream.Null);
        return tree;
    }

    /// <summary>Each object is damaged on two drives in different ways, so that only the code's limit is left.</summary>
    private static void Damage(DriveTree tree)
    {
        string Of(int drive, string path) => Path.Combine(tree.Drives[drive], "bucket", path);
        File.Delete(Of(0, "versions/xl.meta"));
        Directory.Delete(Directory.GetDirectories(Of(2, "versions")).Single(), recursive: true);
        Directory.Delete(Of(1, "deep"), recursive: true);
        string part = Directory.GetFiles(Of(3, "deep/parts"), "part.2", SearchOption.AllDirectories).Single();
        byte[] bytes = File.ReadAllBytes(part);
        bytes[100] ^= 1;
        File.WriteAllBytes(part, bytes);
        byte[] metadata = File.ReadAllBytes(Of(1, "empty/xl.meta"));
        metadata[60] ^= 1;
        File.WriteAllBytes(Of(1, "empty/xl.meta"), metadata);
    }

    /// <summary>What every position needs of every version; of what is whole everywhere nothing is said by position.</summary>
    private static Dictionary<string, ShardNeeds> Needs(IEnumerable<ObjectVerdict> objects, int drives) => objects.SelectMany(verdict => verdict.Versions)
        .SelectMany(version => Enumerable.Range(0, drives).Select(position => (
            Place: $"{version.Name} {version.VersionIdText} on {position}",
            Needs: version.Shards.Count == 0 ? ShardNeeds.None : version.Shards[position].Needs)))
        .ToDictionary(shard => shard.Place, shard => shard.Needs);

    private static async Task TryHealAsync(DriveTree tree, SimulatedStore store)
    {
        try
        {
            await HealRun.RunAsync(tree.Drives, VerifyMode.Deep, store);
        }
        catch (IOException)
        {
            // A process that is dead ends so.
        }
    }
}

/// <summary>The same as <see cref="StoreFault"/>, for the names of the tests.</summary>
public enum StoreFaultName
{
    InputOutput,
    NoSpace,
    Kill,
    KillWithin,
    PowerLoss,
    PowerLossTorn,
}
