using Weir.BlockEvents.Topology;

namespace Weir.BlockEvents.Tests.Topology;

public sealed class DeviceFinderTests : IDisposable
{
    private readonly SysfsTree _tree = SysfsTree.MultipathLvmExt4();

    public DeviceFinderTests()
    {
        const string Nvme = "sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0";
        _tree.AddBlock("nvme0n1", $"{Nvme}/nvme0n1", 259, 0);
        _tree.Write($"{Nvme}/nvme0n1/wwid", "eui.0025385b71b0a1c2\n");
        _tree.Write($"{Nvme}/nvme0n1/nsid", "1\n");
        _tree.Link("sys/class/nvme/nvme0", "../../../" + Nvme);
        _tree.Write($"{Nvme}/transport", "pcie\n");
        _tree.Write($"{Nvme}/address", "0000:01:00.0\n");
        _tree.AddPartition("nvme0n1", $"{Nvme}/nvme0n1", "nvme0n1p1", 1, 259, 1);
        _tree.AddBlock("loop3", "sys/devices/virtual/block/loop3", 7, 3);
        _tree.Write("sys/devices/virtual/block/loop3/loop/backing_file", "/srv/image\n");
        _tree.AddBlock("md127", "sys/devices/virtual/block/md127", 9, 127);
        _tree.Write("sys/devices/virtual/block/md127/md/uuid", "a1b2c3d4-0000-0000-0000-000000000000\n");
        _tree.Link("sys/devices/virtual/block/md127/slaves/nvme0n1p1", "../../../x");
        _tree.Write("run/udev/data/b9:127", "S:md/data\nS:disk/by-id/md-name-host:data\nE:ID_FS_UUID=0b1c2d3e-1111-2222-3333-444455556666\nE:ID_FS_TYPE=xfs\nE:MD_NAME=host:data\nX:?\n");
    }

    [Theory]
    [InlineData("8:16", "sdb")]
    [InlineData("sdb", "sdb")]
    [InlineData("/dev/sdb", "sdb")]
    [InlineData("/dev/mapper/vg-lv", "dm-1")]
    [InlineData("vg-lv", "dm-1")]
    [InlineData("/dev/dm-1", "dm-1")]
    [InlineData("/dev/disk/by-id/wwn-0x333333330000007d0", "dm-0")]
    [InlineData("47841ee5-047d-4f73-8951-5a3d7a4c770e", "dm-1")]
    [InlineData("47841EE5-047D-4F73-8951-5A3D7A4C770E", "dm-1")]
    [InlineData("/tmp/tmp.MYo8MCHF35", "dm-1")]
    [InlineData("mpath-333333330000007d0", "dm-0")]
    [InlineData("333333330000007d0", "dm-0")]
    [InlineData("LVM-jM0Tz8T6xqZjS5NF1SQB2A35zYk80ayyNqp0YXhWtL4uJD7Ou9HKT4wcHRXwVLIj", "dm-1")]
    [InlineData("t10.Linux-scsi_debug-2000", "sdb")]
    [InlineData("4:0:1:1", "sde")]
    [InlineData("dm-1-8", "dm-1")]
    [InlineData("sdf-8", "sdf")]
    [InlineData("nvme0", "nvme0n1")]
    [InlineData("nvme0:1", "nvme0n1")]
    [InlineData("eui.0025385b71b0a1c2", "nvme0n1")]
    [InlineData("eui.0025385b71b0a1c2-part1", "nvme0n1p1")]
    [InlineData("/srv/image", "loop3")]
    [InlineData("md-uuid-a1b2c3d4-0000-0000-0000-000000000000", "md127")]
    [InlineData("/dev/md/data", "md127")]
    [InlineData("0b1c2d3e-1111-2222-3333-444455556666", "md127")]
    public void Every_name_of_a_device_finds_it(string text, string name) =>
        Assert.Equal(name, DeviceFinder.Find(BlockTopology.Read(new(_tree.Root)), text)?.Name);

    [Theory]
    [InlineData("")]
    [InlineData("sdz")]
    [InlineData("8:")]
    [InlineData(":")]
    [InlineData("4294967296:0")]
    [InlineData("/dev/../sdb")]
    [InlineData("../sdb")]
    [InlineData("sdf-")]
    [InlineData("/")]
    public void What_names_no_device_finds_none(string text) => Assert.Null(DeviceFinder.Find(BlockTopology.Read(new(_tree.Root)), text));

    [Theory]
    [InlineData("b8:16", "sdb")]
    [InlineData("+scsi:4:0:1:1", "sde")]
    [InlineData("+nvme:nvme0", "nvme0n1")]
    [InlineData("c21:0", null)]
    [InlineData("n3", null)]
    [InlineData("+pci:0000:05:00.0", null)]
    [InlineData("", null)]
    public void The_kernels_key_names_a_device(string key, string? name) =>
        Assert.Equal(name, DeviceFinder.FindKernelKey(BlockTopology.Read(new(_tree.Root)), key)?.Name);

    [Fact]
    public void An_identity_is_read_from_page_83()
    {
        byte[] page = [0, 0x83, 0, 0, 2, 1, 0, 8, .. "ACME abc"u8, 1, 0x93, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 0, 8, 0x50, 0, 0xc5, 0, 0xa1, 0xb2, 0xc3, 0xd4];
        page[3] = (byte)(page.Length - 4);
        // The NAA that is of the port (association 1) does not count.
        Assert.Equal("naa.5000c500a1b2c3d4", Wwid.FromPage83(page));
        Assert.Equal("t10.ACME-abc", Wwid.FromPage83(page.AsSpan(0, 16)));
        page[7] = 255;
        Assert.Null(Wwid.FromPage83(page));
        Assert.Null(Wwid.FromPage83([0, 0x80]));
    }

    public void Dispose() => _tree.Dispose();
}
