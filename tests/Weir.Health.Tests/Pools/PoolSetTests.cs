using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Making;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Lab.Drives;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Pools;

public sealed class PoolSetTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DriveTree _tree;
    private readonly ManualTimeProvider _time = new();
    private readonly Pacer _pacer;
    private readonly FaultyDriveDisk _disk = new(LocalDriveDisk.Instance);
    private readonly PoolSet _pools;

    public PoolSetTests()
    {
        _tree = DriveTree.Create(new() { Directory = _directory.Path, Data = 2, Parity = 2 });
        _pacer = new(new ScanPolicy(), _time);
        _pools = new(new() { Pools = [new("pool0", _tree.Drives)], Time = _time, Disk = _disk }, _pacer, NullLogger.Instance);
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _pools.Dispose();
        _pacer.Dispose();
        _disk.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Drives_that_are_there_make_up_the_pool()
    {
        using PoolLease lease = await _pools.TakeAsync(Ended);
        Assert.Equal(4, Assert.Single(lease.View.Topology.Pools).OnlineCount);
        Assert.All(_pools.Drives, drive => Assert.True(drive.IsUsable && drive.PoolName == "pool0" && drive.TotalBytes > 0));
        await _pools.CheckAsync(Ended);
        Assert.False(lease.View.IsOutdated);
    }

    [Fact]
    public async Task A_drive_that_goes_and_comes_back_is_left_out_and_taken_back()
    {
        int changes = 0;
        _pools.Changed += () => changes++;
        using (PoolLease lease = await _pools.TakeAsync(Ended))
        {
            Directory.Move(_tree.Drives[1], _directory.Below("away"));
            await _pools.CheckAsync(Ended);
            Assert.True(lease.View.IsOutdated);
            Assert.Equal(DriveState.Offline, _pools.Drives[1].State);
            // Whoever has the pools still can go on.
            Assert.Equal(1, await lease.View.Queues[lease.View.Topology.Drives[0]].RunAsync(_ => 1));
        }

        using (PoolLease lease = await _pools.TakeAsync(Ended)) Assert.Equal(3, lease.View.Topology.Pools[0].OnlineCount);
        Directory.Move(_directory.Below("away"), _tree.Drives[1]);
        await _pools.CheckAsync(Ended);
        using (PoolLease lease = await _pools.TakeAsync(Ended)) Assert.Equal(4, lease.View.Topology.Pools[0].OnlineCount);
        Assert.Equal(3, changes);
    }

    [Fact]
    public async Task An_empty_directory_and_a_drive_of_another_deployment_are_no_drives()
    {
        Directory.Delete(_tree.Drives[0], recursive: true);
        Directory.CreateDirectory(_tree.Drives[0]);
        DriveTree other = DriveTree.Create(new() { Directory = _directory.Below("other"), Data = 2, Parity = 2, Seed = 7 });
        Directory.Delete(_tree.Drives[1], recursive: true);
        Directory.Move(other.Drives[0], _tree.Drives[1]);
        await _pools.CheckAsync(Ended);
        Assert.Equal([DriveState.Unformatted, DriveState.Foreign, DriveState.Online, DriveState.Online], _pools.Drives.Select(drive => drive.State));
    }

    [Fact]
    public async Task A_drive_that_does_not_say_who_it_is_is_left_out_and_asked_once()
    {
        _disk.Hang(_tree.Drives[2]);
        for (int i = 0; i < 3; i++)
        {
            Task check = _pools.CheckAsync(Ended);
            // The others have answered when one alone is waited for.
            await Eventually.Is(() => _disk.HungCalls == 1 && _time.ActiveTimers == 1);
            _time.Advance(TimeSpan.FromSeconds(10));
            await check;
        }

        Assert.Equal([DriveState.Online, DriveState.Online, DriveState.Offline, DriveState.Online], _pools.Drives.Select(drive => drive.State));
        Assert.Equal(1, _disk.HungCalls);
    }

    [Fact]
    public async Task A_drive_that_was_given_up_is_taken_back_after_a_while()
    {
        using PoolLease lease = await _pools.TakeAsync(Ended);
        lease.View.Queues[lease.View.Topology.Drives[0]].Fail("it hangs");
        Assert.True(_pools.Drives[0].IsFailed);
        await _pools.CheckAsync(Ended);
        Assert.False(lease.View.IsOutdated);
        _time.Advance(TimeSpan.FromMinutes(2));
        await _pools.CheckAsync(Ended);
        Assert.True(lease.View.IsOutdated);
        Assert.False(_pools.Drives[0].IsFailed);
    }

    [Fact]
    public async Task Another_concurrency_opens_the_drives_anew()
    {
        using PoolLease lease = await _pools.TakeAsync(Ended);
        _pacer.Apply(new() { DriveConcurrency = 4 });
        await _pools.CheckAsync(Ended);
        Assert.True(lease.View.IsOutdated);
    }

    [Fact]
    public async Task Without_a_drive_there_is_nothing_to_take()
    {
        foreach (string drive in _tree.Drives) Directory.Delete(drive, recursive: true);
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => _pools.TakeAsync(Ended));
        Assert.Equal((HealthProblem.Unavailable, "no_drives"), (error.Problem, error.Code));
    }

    [Theory]
    [InlineData("disk1", true)]
    [InlineData("disk1/", true)]
    [InlineData("x/../disk1", true)]
    [InlineData("disk9", false)]
    [InlineData("disk1/bucket", false)]
    public void A_path_is_a_drives_or_not(string path, bool isThere) => Assert.Equal(isThere, _pools.Find(_directory.Below(path)) is not null);
}
