using Weir.Erasure.Drives.Making;
using Weir.Health.Healing.Repairing;

namespace Weir.Health.Tests.Healing;

public sealed class DriveRestoreTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_drive_is_rebuilt_when_that_is_asked_for()
    {
        await using var stand = new HealStand(2, 2);
        List<MadeVersion> versions = Fill(stand);
        Replace(stand, 2);
        await stand.StartAsync();
        HealStatus queued = await stand.Heals.SubmitAsync(new() { Bucket = "", Object = "", Drive = stand.Tree.Drives[2], Priority = HealthPriority.High }, Ct);
        HealStatus done = await stand.UntilEndedAsync(queued.Id);
        Assert.True(done is { State: HealState.Completed, Result: { Success: true, Strategy: HealStrategy.FormatRestore } }, $"{done}");
        Assert.True(done.Result!.ShardsRepaired >= versions.Count);
        foreach (MadeVersion version in versions) Assert.True((await stand.LookAsync(version.Name)).IsHealthy, version.Name.ToString());
    }

    [Fact]
    public async Task An_empty_drive_with_a_file_system_of_its_own_is_rebuilt_by_itself_where_that_is_wanted()
    {
        await using var stand = new HealStand(2, 2);
        List<MadeVersion> versions = Fill(stand);
        Replace(stand, 0);
        stand.Configure = options => options with { ReplacesEmptyDrives = true, IsMountPoint = _ => true };
        await stand.StartAsync();
        using (await stand.Pools.TakeAsync(Ct)) { }
        HealStatus done = await stand.UntilAsync("heal-1", status => status.EndedAt is not null, waitsForIt: true);
        Assert.Equal(HealStrategy.FormatRestore, done.Result!.Strategy);
        foreach (MadeVersion version in versions) Assert.True((await stand.LookAsync(version.Name)).IsHealthy, version.Name.ToString());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_empty_directory_is_left_alone_where_it_may_be_a_mount_point_or_nobody_wants_it(bool isWanted, bool isMountPoint)
    {
        await using var stand = new HealStand(2, 2);
        MadeVersion version = Fill(stand)[0];
        Replace(stand, 0);
        stand.Configure = options => options with { ReplacesEmptyDrives = isWanted, IsMountPoint = _ => isMountPoint };
        await stand.StartAsync();
        using (await stand.Pools.TakeAsync(Ct)) { }
        // It waits for another repair to end, so that there was time enough.
        HealStatus other = await stand.Heals.SubmitAsync(HealStand.Request(version), Ct);
        Assert.False((await stand.UntilEndedAsync(other.Id)).Result!.Success);
        Assert.Equal(1, stand.Heals.Counts.Values.Sum());
        Assert.Empty(Directory.GetFileSystemEntries(stand.Tree.Drives[0]));
    }

    [Fact]
    public async Task A_drive_that_is_not_empty_or_not_configured_is_refused_and_left()
    {
        await using var stand = new HealStand(2, 2);
        Fill(stand);
        Replace(stand, 1);
        File.WriteAllText(Path.Combine(stand.Tree.Drives[1], "precious"), "data");
        await stand.StartAsync();
        foreach (string path in (string[])[stand.Tree.Drives[1], "/nonexistent/drive"])
        {
            HealStatus queued = await stand.Heals.SubmitAsync(new() { Bucket = "", Object = "", Drive = path, MaxRetries = 0 }, Ct);
            HealStatus failed = await stand.UntilEndedAsync(queued.Id);
            Assert.Equal(HealState.Failed, failed.State);
            Assert.NotNull(failed.Error);
        }

        Assert.Equal(["precious"], Directory.GetFileSystemEntries(stand.Tree.Drives[1]).Select(Path.GetFileName));
        Assert.Equal(2, stand.Heals.Errors(0, 10).Count);
    }

    [Fact]
    public void Mount_points_are_read_from_the_kernels_table()
    {
        string[] lines = ["22 1 8:1 / / rw - ext4 /dev/sda1 rw", @"30 22 8:17 / /data/my\040disk rw,noatime shared:1 - xfs /dev/sdb1 rw", "broken"];
        Assert.True(MountPoints.Has(lines, "/data/my disk"));
        Assert.False(MountPoints.Has(lines, "/data"));
        Assert.True(MountPoints.Has("/"));
        Assert.False(MountPoints.Has(Path.GetTempPath() + Guid.NewGuid()));
    }

    private static List<MadeVersion> Fill(HealStand stand) => [.. GeneratedObjects.Write(stand.Tree, "bucket", 14, 5, null)];

    private static void Replace(HealStand stand, int drive)
    {
        Directory.Delete(stand.Tree.Drives[drive], recursive: true);
        Directory.CreateDirectory(stand.Tree.Drives[drive]);
    }
}
