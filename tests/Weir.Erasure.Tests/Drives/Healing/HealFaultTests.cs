using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

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
        Dictionary<string, ShardNeeds> before = await NeedsAsync(tree, damaged.Clone());

        SimulatedStore counted = damaged.Clone();
        HealRun run = await HealRun.RunAsync(tree.Drives, VerifyMode.Deep, counted);
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Assert.Empty(TreeComparison.Differences(whole, counted.Files(root)));
        int changes = counted.Changes;
        Assert.InRange(changes, 40, 400);

        for (int at = 1; at <= changes; at++)
        {
            SimulatedStore store = damaged.Clone();
            (store.FaultAt, store.Fault) = (at, (StoreFault)fault);
            await TryHealAsync(tree, store);
            store.Restart();
            Dictionary<string, ShardNeeds> after = await NeedsAsync(tree, store);
            foreach ((string place, ShardNeeds needs) in before)
            {
                // What is needed now was needed before.
                Assert.True((after[place] & ~needs) == 0, $"{fault} at change {at}: {place} needed {needs} and now needs {after[place]}\n{string.Join('\n', store.Trace.TakeLast(12))}");
            }

            HealRun second = await HealRun.RunAsync(tree.Drives, VerifyMode.Deep, store);
            List<string> differences = TreeComparison.Differences(whole, store.Files(root));
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

    /// <summary>What every position needs of every version.</summary>
    private static async Task<Dictionary<string, ShardNeeds>> NeedsAsync(DriveTree tree, SimulatedStore store)
    {
        DriveTopology topology = DriveTopology.Discover(tree.Drives, store);
        using var queues = new DriveQueues(new() { Timeout = TimeSpan.FromMinutes(5) });
        var needs = new Dictionary<string, ShardNeeds>();
        using var examiner = new ObjectExaminer(queues);
        var verifier = new SetVerifier(queues, examiner);
        await foreach (ObjectVerdict verdict in verifier.VerifyAsync(topology.Pools[0], 0, new() { Examine = new() { Mode = VerifyMode.Deep, TrustsCache = true } }, TestContext.Current.CancellationToken))
        {
            foreach (VersionVerdict version in verdict.Versions)
            {
                for (int position = 0; position < tree.Drives.Count; position++)
                {
                    needs[$"{version.Name} {version.VersionIdText} on {position}"] = version.Shards.Count == 0 ? ShardNeeds.None : version.Shards[position].Needs;
                }
            }
        }

        return needs;
    }

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
