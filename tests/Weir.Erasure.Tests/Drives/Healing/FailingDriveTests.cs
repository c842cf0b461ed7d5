using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Tests.Drives.Verifying;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>A drive that really fails, and an empty one in its place.</summary>
public sealed class FailingDriveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_drive_that_fails_is_named_with_its_objects_and_rebuilt_on_its_successor(string fileSystem)
    {
        string root = Path.Combine(_directory.Path, "tree");
        using LoopDrive failing = LoopDrive.Make(_directory.Path, "failing", fileSystem);
        DriveTree tree = DriveTree.Create(new() { Directory = root, Data = 2, Parity = 2, Seed = 5 });
        foreach (MadeVersion _ in GeneratedObjects.Write(tree, "bucket", 21, 5, null))
        {
        }

        Dictionary<string, byte[]> whole = Tree.Read(tree.Drives[2]);
        LoopDrive.Run("cp", ["-a", tree.Drives[2] + "/.", failing.Path]);
        // What was in memory must not hide what the drive has lost.
        failing.Unmount();
        failing.Mount();
        string[] drives = [tree.Drives[0], tree.Drives[1], failing.Path, tree.Drives[3]];
        // Its identity and its directories stay in memory, as those of a drive that fails in use do.
        await Verification.RunAsync(drives, VerifyMode.Quick);
        failing.CutShort(fileSystem == "xfs" ? 1 << 20 : 12 << 20);
        List<ObjectVerdict> found = await Verification.RunAsync(drives, new VerifyOptions { Examine = new() { Mode = VerifyMode.Deep } });
        VersionVerdict[] struck = [.. found.SelectMany(verdict => verdict.Versions).Where(version => version.Verdict != Verdict.Healthy)];
        Assert.NotEmpty(struck);
        Assert.All(struck, version => Assert.All(version.Findings, finding => Assert.True(finding.Drive == failing.Path, Verification.Describe(found))));
        Assert.Contains(struck.SelectMany(version => version.Findings), finding => finding.Kind is FindingKind.PartUnreadable or FindingKind.MetadataUnreadable or FindingKind.DriveFailed);
        Assert.All(struck, version => Assert.True(version.Margin >= 1, Verification.Describe(found)));

        failing.Dispose();
        using LoopDrive successor = LoopDrive.Make(_directory.Path, "successor", fileSystem);
        drives[2] = successor.Path;
        DriveTopology topology = DriveTopology.Discover(drives, LocalDriveStore.Instance);
        DriveFormatter.Format(Replacement.Find(topology, successor.Path, null));
        HealRun run = await HealRun.RunAsync(drives);
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Assert.Empty(TreeComparison.Differences(whole, Tree.Read(successor.Path)));
        found = await Verification.RunAsync(drives, VerifyMode.Deep);
        Assert.All(found, verdict => Assert.True(verdict.IsHealthy, Verification.Describe([verdict])));
    }
}
