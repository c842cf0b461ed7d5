using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>A drive whose medium is gone from some place on, with the kernel's own I/O errors.</summary>
public sealed class FailingDriveTests
{
    private const long DeviceBytes = 400L << 20;

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task Verify_names_the_drive_and_its_objects(string kind)
    {
        LoopDrive.SkipUnlessPossible(kind);
        using var directory = new TemporaryDirectory();
        using LoopFileSystem failing = LoopDrive.Create(directory.Path, kind, DeviceBytes);
        DriveTree tree = DriveTree.Create(new() { Directory = directory.Path, Data = 2, Parity = 2 });
        List<MadeVersion> made = [.. GeneratedObjects.Write(tree, "bucket", 20, 1, 8 << 20)];
        LoopFileSystem.Run("cp", "--archive", $"{tree.Drives[1]}/.", failing.MountPoint);
        string[] drives = [tree.Drives[0], failing.MountPoint, tree.Drives[2], tree.Drives[3]];
        List<ObjectVerdict> before = await Verification.RunAsync(drives, new VerifyOptions { Examine = new() { Mode = VerifyMode.Deep } });
        Assert.True(before.All(verdict => verdict.IsHealthy), Verification.Describe(before));

        // The shards take 80 MB in all: much of them lies behind the cut, wherever the file system put them.
        failing.CutShort(40L << 20);
        DriveTopology topology = DriveTopology.Discover(drives);
        using var queues = new DriveQueues(new());
        var objects = new List<ObjectVerdict>();
        var verifier = new DeploymentVerifier(topology, queues);
        await foreach (ObjectVerdict verdict in verifier.VerifyAsync(new() { Examine = new() { Mode = VerifyMode.Deep } }, new Dictionary<(int, int), string?>(), TestContext.Current.CancellationToken)) objects.Add(verdict);

        Assert.Equal(made.Select(version => version.Name).Distinct().Count(), objects.Count);
        VersionVerdict[] struck = [.. objects.SelectMany(verdict => verdict.Versions).Where(version => version.Verdict != Verdict.Healthy)];
        Assert.NotEmpty(struck);
        Assert.All(struck.SelectMany(version => version.Findings), finding => Assert.Equal(1, finding.Position));
        Assert.All(struck, version => Assert.True(version.Good == 3 && version.Margin == 1 && version.Verdict is Verdict.Degraded or Verdict.Unknown, Verification.Describe(objects)));
        // A drive whose identity can be read no more is away, and its place is what is named.
        if (topology.Drives[1].State == DriveState.Online) Assert.Contains(struck.SelectMany(version => version.Findings), finding => finding.Drive == failing.MountPoint);
        Assert.All(objects.Where(verdict => !verdict.IsHealthy), verdict => Assert.Equal("bucket", verdict.Name.Bucket));
    }
}
