using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Tests.Notifiers;
using Weir.BlockEvents.Tests.Topology;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Tests.Pipeline;

public sealed class DeviceStageTests
{
    [Fact]
    public void What_was_looked_up_is_looked_up_again_when_the_devices_have_changed_within_the_second()
    {
        using var tree = new SysfsTree();
        tree.AddBlock("sdf", "sys/devices/a/block/sdf", 8, 80);
        tree.Write("proc/self/mountinfo", "");
        var tracker = new TopologyTracker(new(tree.Root));
        var stage = new DeviceStage(tracker);
        StorageEvent line = Sample.Event() with { Device = BlockInfo.None, Hierarchy = BlockInfo.None };
        Assert.Null(stage.Resolve(line, "").Hierarchy.MountPoint);
        tree.Write("proc/self/mountinfo", "90 22 8:80 / /mnt/f rw - ext4 /dev/sdf rw\n");
        tracker.Update([]);
        Assert.Equal("/mnt/f", stage.Resolve(line, "").Hierarchy.MountPoint);
    }
}
