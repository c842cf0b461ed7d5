using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Tests.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>A drive that really fails, and an empty one in its place.</summary>
public sealed class FailingDriveTests : IDisposable
{
    private const long DeviceBytes = 400L << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task A_drive_that_fails_is_named_with_its_objects_and_rebuilt_on_its_successor(string fileSystem)
    {
        LoopDrive.SkipUnlessPossible(fileSystem);
        string root = Path.Combine(_directory.Path, "tree");
        DriveTree tree = DriveTree.Create(new() { Directory = root, Data = 2, Parity = 2, Seed = 5 });
        int made = GeneratedObjects.Write(tree, "bucket", 14, 5, null).Count() + GeneratedObjects.Write(tree, "large", 8, 5, 8 << 20).Count();
        Assert.Equal(28, made);
        Dictionary<string, byte[]> whole = TreeFiles.Read(tree.Drives[2]);
        string[] drives = [.. tree.Drives];
        using (LoopFileSystem failing = LoopDrive.Create(Path.Combine(_directory.Path, "failing"), fileSystem, DeviceBytes))
        {
            LoopFileSystem.Run("cp", "--archive", tree.Drives[2] + "/.", failing.MountPoint);
            drives[2] = failing.MountPoint;
            failing.CutShort(20 << 20);
            List<ObjectVerdict> found = await Verification.RunAsync(drives, new VerifyOptions { Examine = new() { Mode = VerifyMode.Deep } });
            VersionVerdict[] struck = [.. found.SelectMany(verdict => verdict.Versions).Where(version => version.Verdict != Verdict.Healthy)];
            Assert.NotEmpty(struck);
            Assert.All(struck, version => Assert.True(version.Margin >= 1 && version.Findings.All(finding => finding.Position == 2), Verification.Describe(found)));
        }

        using LoopFileSystem successor = LoopDrive.Create(Path.Combine(_directory.Path, "successor"), fileSystem, DeviceBytes);
        drives[2] = successor.MountPoint;
        DriveTopology topology = DriveTopology.Discover(drives, LocalDriveStore.Instance);
        DriveFormatter.Format(Replacement.Find(topology, successor.MountPoint, null));
        HealRun run = await HealRun.RunAsync(drives);
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Assert.Empty(TreeComparison.Differences(whole, TreeFiles.Read(successor.MountPoint)));
        List<ObjectVerdict> healed = await Verification.RunAsync(drives, VerifyMode.Deep);
        Assert.All(healed, verdict => Assert.True(verdict.IsHealthy, Verification.Describe([verdict])));
    }
}
