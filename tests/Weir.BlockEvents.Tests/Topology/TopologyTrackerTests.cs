using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Tests.Topology;

public sealed class TopologyTrackerTests
{
    [Fact]
    public void A_device_that_has_vanished_is_still_named()
    {
        using SysfsTree tree = SysfsTree.MultipathLvmExt4();
        var tracker = new TopologyTracker(new(tree.Root));
        tree.Remove("sdf");
        tracker.Update(["sdf"]);
        Assert.Null(tracker.Current.FindName("sdf"));
        foreach (string name in (string[])["sdf", "8:80", "3:0:2:1"])
        {
            ResolvedDevice gone = tracker.Resolve(name, "", null);
            Assert.True(gone.HasVanished);
            Assert.Equal("/dev/sdf", gone.Device.Path);
            Assert.Equal("t10.Linux-scsi_debug-2000", gone.Device.Wwid);
            Assert.Equal("/tmp/tmp.MYo8MCHF35", gone.Hierarchy.MountPoint);
        }

        // What is left is known without it.
        Assert.Equal(8, tracker.Resolve("dm-1", "", null).Device.Owners.Count);
        Assert.False(tracker.Resolve("dm-1", "", null).HasVanished);
    }

    [Fact]
    public void A_line_older_than_the_device_of_its_name_means_the_one_before()
    {
        using var tree = new SysfsTree();
        tree.AddBlock("sda", "sys/devices/a/block/sda", 8, 0);
        tree.Write("sys/devices/a/block/sda/device/wwid", "naa.first");
        var time = new Weir.Lab.Time.ManualTimeProvider(DateTimeOffset.UnixEpoch.AddDays(1));
        var tracker = new TopologyTracker(new(tree.Root), time);
        DateTimeOffset before = time.GetUtcNow();
        time.Advance(TimeSpan.FromMinutes(1));
        tree.Write("sys/devices/a/block/sda/device/wwid", "naa.second");
        tracker.Update(["sda"]);
        Assert.Equal("naa.first", tracker.Resolve("sda", "", before).Device.Wwid);
        Assert.Equal("naa.second", tracker.Resolve("sda", "", time.GetUtcNow()).Device.Wwid);
        Assert.Equal("naa.second", tracker.Resolve("sda", "", null).Device.Wwid);
        Assert.Equal("naa.first", tracker.Resolve("naa.first", "", null).Device.Wwid);
    }

    [Fact]
    public void The_kernels_key_goes_before_the_name()
    {
        using SysfsTree tree = SysfsTree.MultipathLvmExt4();
        var tracker = new TopologyTracker(new(tree.Root));
        Assert.Equal("sde", tracker.Resolve("sdb", "+scsi:4:0:1:1", null).Name);
        Assert.Equal("sdb", tracker.Resolve("sdb", "+pci:0000:05:00.0", null).Name);
        Assert.Equal(ResolvedDevice.None, tracker.Resolve("nothing", "c1:3", null));
    }

    [Fact]
    public void Only_so_many_vanished_devices_are_remembered()
    {
        var vanished = new VanishedDevices();
        for (uint i = 0; i < VanishedDevices.Most + 100; i++)
        {
            var device = new BlockDevice { Name = $"sd{i}", Number = new(8, i), Type = default };
            vanished.Add(device, ResolvedDevice.None with { Name = device.Name });
        }

        Assert.Equal(VanishedDevices.Most, vanished.Count);
        Assert.Null(vanished.Find("sd0", ""));
        Assert.NotNull(vanished.Find("sd4195", ""));
    }

    [Fact]
    public void A_uevent_is_read_as_the_kernel_writes_it()
    {
        Assert.True(Uevent.TryParse("add@/devices/virtual/block/loop0\0ACTION=add\0DEVPATH=/devices/virtual/block/loop0\0SUBSYSTEM=block\0SEQNUM=4\0"u8, out Uevent uevent));
        Assert.Equal(new("add", "block", "loop0"), uevent);
        Assert.False(Uevent.TryParse("libudev\0\xfe"u8, out _));
        Assert.False(Uevent.TryParse(""u8, out _));
        Assert.False(Uevent.TryParse("@"u8, out _));
    }
}
