using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>Order, owners, and runs that are stopped.</summary>
public sealed class ResumeTests : IDisposable, IHealObserver
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<ObjectOutcome> _healed = [];
    private Action _afterEach = () => { };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_and_the_most_endangered_come_first()
    {
        DriveTree tree = Make(12);
        foreach (string drive in tree.Drives.Take(1)) Directory.Delete(Path.Combine(drive, "bucket"), recursive: true);
        foreach (int number in (int[])[7, 9]) Directory.Delete(Path.Combine(tree.Drives[1], $"bucket/generated/{number:d5}"), recursive: true);
        string journals = Path.Combine(_directory.Path, "journals");
        Guid deployment = tree.Format.DeploymentId;

        using var stopping = new CancellationTokenSource();
        using (HealJournal journal = HealJournal.Create(journals, deployment, tree.Drives, TimeProvider.System))
        {
            _afterEach = () =>
            {
                if (_healed.Count == 5) stopping.Cancel();
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(tree, journal, stopping.Token));
        }

        Assert.InRange(_healed.Count, 5, 11);
        Assert.Equal(["bucket/generated/00007", "bucket/generated/00009"], _healed.Take(2).Select(outcome => outcome.Plan.Object.Name.ToString()).Order());
        int before = _healed.Count;
        _afterEach = () => { };
        using (HealJournal journal = HealJournal.FindUnfinished(journals, deployment, TimeProvider.System)!)
        {
            Assert.True(journal.Cursor is { IsPlanned: true, IsFinished: false, Objects: 12 });
            Assert.InRange(journal.Cursor.Done, 5, 11);
            await RunAsync(tree, journal, TestContext.Current.CancellationToken);
            Assert.True(journal.Cursor is { IsFinished: true, Done: 12 });
        }

        Assert.Null(HealJournal.FindUnfinished(journals, deployment, TimeProvider.System));
        Assert.Equal(12, _healed.Where(outcome => outcome.Versions.Count > 0).Select(outcome => outcome.Plan.Object.Name).Distinct().Count());
        Assert.True(_healed.Count - before < 12);
        Assert.Empty((await HealRun.RunAsync(tree.Drives)).Outcomes);
    }

    [Fact]
    public async Task New_files_and_directories_belong_to_whom_their_siblings_do()
    {
        DriveTree tree = Make(2);
        var store = LocalDriveStore.Instance;
        foreach (string drive in tree.Drives)
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(drive, "bucket"), "*", SearchOption.AllDirectories)) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            foreach (string made in Directory.EnumerateDirectories(Path.Combine(drive, "bucket"), "*", SearchOption.AllDirectories)) File.SetUnixFileMode(made, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
            if (Environment.IsPrivilegedProcess) LoopFileSystem.Run("chown", "--recursive", "1234:2345", drive);
        }

        Dictionary<string, DriveOwner?> before = Owners(store, tree.Drives[2]);
        Directory.Delete(Path.Combine(tree.Drives[2], "bucket/generated"), recursive: true);
        HealRun run = await HealRun.RunAsync(tree.Drives);
        Assert.Equal(2, run.Versions.Count());
        Assert.Equal(before, Owners(store, tree.Drives[2]));
    }

    void IHealObserver.Looked(ObjectPlan plan)
    {
    }

    void IHealObserver.Healed(ObjectOutcome outcome)
    {
        _healed.Add(outcome);
        _afterEach();
    }

    void IHealObserver.MadeBucket(Drive drive, string bucket)
    {
    }

    void IHealObserver.Moved(Drive drive, string path, string? problem)
    {
    }

    private static Dictionary<string, DriveOwner?> Owners(LocalDriveStore store, string drive) => Directory.EnumerateFileSystemEntries(drive, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(drive, path)).ToDictionary(path => path, path => store.FindOwner(drive, path));

    private DriveTree Make(int objects)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "tree"), Data = 2, Parity = 2 });
        Assert.Equal(objects, GeneratedObjects.Write(tree, "bucket", objects, 1, 300_000).Count());
        return tree;
    }

    /// <summary>One object after another.</summary>
    private async Task RunAsync(DriveTree tree, HealJournal journal, CancellationToken cancellationToken)
    {
        DriveTopology topology = DriveTopology.Discover(tree.Drives, LocalDriveStore.Instance);
        using var drives = new HealDrives(new() { Timeout = TimeSpan.FromMinutes(5) }, "test");
        drives.Take(topology.Pools[0].Set(0).OfType<Drive>());
        using var healer = new DeploymentHealer(topology, drives, new() { Concurrency = 1 }, new(), journal, this);
        if (!journal.Cursor.IsPlanned) await healer.PlanAsync(cancellationToken);
        await healer.RunAsync(cancellationToken);
    }
}
