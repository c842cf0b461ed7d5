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
    public async Task A_device_that_hangs_keeps_nobody_waiting_and_is_told_of_when_it_answers()
    {
        using var tree = new SysfsTree();
        tree.AddBlock("weirtest0", "sys/devices/a/block/weirtest0", 8, 0);
        using var hung = new SemaphoreSlim(0);
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var prober = new SuperblockProber(path =>
        {
            asked.Enqueue(path);
            if (path == "/dev/weirtest1") hung.Wait(TimeSpan.FromSeconds(90));
            return ("uuid of " + path, "ext4");
        });
        var tracker = new TopologyTracker(new(tree.Root), null, prober);
        Assert.Equal("uuid of /dev/weirtest0", tracker.Resolve("weirtest0", "", null).Device.Uuid);
        tree.AddBlock("weirtest1", "sys/devices/a/block/weirtest1", 8, 16);
        tree.AddBlock("weirtest2", "sys/devices/a/block/weirtest2", 8, 32);
        using var changed = new SemaphoreSlim(0);
        tracker.Changed += () => changed.Release();
        // None of these waits for the device; it is asked once more at most, however often it is heard of.
        for (int i = 0; i < 5; i++) tracker.Update(["weirtest1", "weirtest2"]);
        Assert.Equal("/dev/weirtest1", tracker.Resolve("weirtest1", "", null).Device.Path);
        Assert.Null(tracker.Resolve("weirtest1", "", null).Device.Uuid);
        await Until(() => tracker.Resolve("weirtest2", "", null).Device.Uuid == "uuid of /dev/weirtest2");
        hung.Release(2);
        await Until(() => tracker.Resolve("weirtest1", "", null).Device.Uuid == "uuid of /dev/weirtest1");
        await Until(() => hung.CurrentCount == 0);
        Assert.Equal(2, asked.Count(path => path == "/dev/weirtest1"));

        async Task Until(Func<bool> condition)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            while (!condition()) await changed.WaitAsync(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    [Fact]
    public async Task Only_so_many_devices_are_asked_at_once()
    {
        using var hung = new SemaphoreSlim(0);
        int asked = 0, answered = 0;
        const int Devices = SuperblockProber.MostAtOnce + 10;
        var prober = new SuperblockProber(_ =>
        {
            Interlocked.Increment(ref asked);
            hung.Wait(TimeSpan.FromSeconds(90));
            return null;
        });
        for (int i = 0; i < Devices; i++) prober.Ask($"/dev/weirtest{i}", _ => Interlocked.Increment(ref answered));
        await Until(() => Volatile.Read(ref asked) == SuperblockProber.MostAtOnce);
        hung.Release(Devices);
        await Until(() => Volatile.Read(ref answered) == Devices);
        Assert.Equal(Devices, asked);

        static async Task Until(Func<bool> condition)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            while (!condition()) await Task.Delay(5, patience.Token);
        }
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
