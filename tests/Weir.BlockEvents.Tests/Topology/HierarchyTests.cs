using Weir.BlockEvents.Events;
using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Tests.Topology;

public sealed class HierarchyTests
{
    private static readonly string[] PathNames = ["sdb", "sdc", "sdd", "sde", "sdf", "sdg", "sdh", "sdi"];

    [Theory]
    [InlineData("dm-1")]
    [InlineData("8:48")]
    [InlineData("sdf")]
    [InlineData("3:0:2:1")]
    public void Ext4_on_a_volume_over_multipath_is_what_the_original_shows(string named)
    {
        using SysfsTree tree = SysfsTree.MultipathLvmExt4();
        BlockTopology topology = BlockTopology.Read(new(tree.Root));
        BlockDevice device = DeviceFinder.Find(topology, named)!;
        BlockInfo top = topology.InfoOf(topology.TopOf(device));

        Assert.Equal("LVM-jM0Tz8T6xqZjS5NF1SQB2A35zYk80ayyNqp0YXhWtL4uJD7Ou9HKT4wcHRXwVLIj", top.Wwid);
        Assert.Equal(BlockType.DmLvm, top.Type);
        Assert.Equal("/dev/mapper/vg-lv", top.Path);
        Assert.Equal("/dev/mapper/vg-lv", top.PreferredPath);
        Assert.Equal("47841ee5-047d-4f73-8951-5a3d7a4c770e", top.Uuid);
        Assert.Equal("/tmp/tmp.MYo8MCHF35", top.MountPoint);
        Assert.Equal(["/dev/mapper/mpatha", .. PathNames.Select(name => $"/dev/{name}")], top.Owners.Select(owner => owner.Path));
        Assert.Equal(["mpath-333333330000007d0", .. Enumerable.Repeat("t10.Linux-scsi_debug-2000", 8)], top.Owners.Select(owner => owner.Wwid));
        Assert.Equal([BlockType.DmMultipath, .. Enumerable.Repeat(BlockType.Scsi, 8)], top.Owners.Select(owner => owner.Type));
        Assert.All(top.Owners, owner => Assert.Empty(owner.Owners));
    }

    [Fact]
    public void A_path_says_what_its_transport_says()
    {
        using SysfsTree tree = SysfsTree.MultipathLvmExt4();
        BlockTopology topology = BlockTopology.Read(new(tree.Root));
        BlockDevice path = topology.FindName("sdd")!;
        Assert.Equal("FC", path.Transport["transport"]);
        Assert.Equal("Online", path.Transport["port_state"]);
        Assert.Equal("0x500a0982891b8dc1", path.Transport["target_wwpn"]);
        Assert.Equal("0x10000000c9a02833", path.Transport["host_wwpn"]);
        Assert.Equal("8 Gbit", path.Transport["speed"]);
        Assert.Equal("lpfc", path.Transport["driver_name"]);
        Assert.Equal("0x10000000c9a02833,0x500a0982891b8dc1", topology.InfoOf(path).TransportId);
    }

    [Fact]
    public void A_disk_with_several_partitions_stands_under_the_one_that_is_mounted()
    {
        using var tree = new SysfsTree();
        const string At = "sys/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/block/sda";
        tree.AddBlock("sda", At, 8, 0);
        tree.Link($"{At}/device", "../../../0:0:0:0");
        tree.Write("sys/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0/wwid", "naa.5000c500a1b2c3d4");
        tree.AddPartition("sda", At, "sda1", 1, 8, 1);
        tree.AddPartition("sda", At, "sda2", 2, 8, 2);
        BlockTopology bare = BlockTopology.Read(new(tree.Root));
        Assert.Equal("sda", bare.TopOf(bare.FindName("sda")!).Name);

        tree.Write("proc/self/mountinfo", "36 22 8:2 /sub /mnt/a\\040b rw - ext4 /dev/sda2 rw\n37 22 8:2 / /srv rw - ext4 /dev/sda2 rw\n");
        BlockTopology topology = BlockTopology.Read(new(tree.Root));
        BlockInfo top = topology.InfoOf(topology.TopOf(topology.FindName("sda")!));
        Assert.Equal("naa.5000c500a1b2c3d4-part2", top.Wwid);
        Assert.Equal("/srv", top.MountPoint);
        Assert.Equal("sda", DeviceFinder.Find(topology, "ata1.00")!.Name);
        Assert.Equal("sda", DeviceFinder.Find(topology, "ata1")!.Name);
        Assert.Equal("sda", DeviceFinder.Find(topology, "35000c500a1b2c3d4")!.Name);
    }

    [Fact]
    public void A_ring_of_slaves_does_not_end_in_an_endless_walk()
    {
        using var tree = new SysfsTree();
        tree.AddMapped("dm-0", 253, 0, "a", "x-a", "dm-1");
        tree.AddMapped("dm-1", 253, 1, "b", "x-b", "dm-0");
        BlockTopology topology = BlockTopology.Read(new(tree.Root));
        Assert.Single(topology.InfoOf(topology.TopOf(topology.FindName("dm-0")!)).Owners);
    }

    [Fact]
    public void A_device_of_ten_thousand_holders_is_described_quickly_enough_to_be_read_at_all()
    {
        var devices = new List<BlockDevice> { new() { Name = "sda", Number = new(8, 0), Type = BlockType.Scsi } };
        for (uint i = 0; i < 10_000; i++) devices.Add(new() { Name = $"dm-{i}", Number = new(253, i), Type = BlockType.Dm, Slaves = ["sda"] });
        var topology = new BlockTopology(devices, MountTable.Parse("1 1 253:77 / /here rw - ext4 /dev/dm-77 rw"));
        Assert.Equal("dm-77", topology.TopOf(topology.FindName("sda")!).Name);
    }
}
