using System.Collections.Frozen;

namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>What a field of a wording may hold: the names that stand behind the colon in <c>{sector:num}</c>.</summary>
internal static class FieldTypes
{
    private static readonly WordingNode Number = Run(ByteSet.Digits);
    private static readonly WordingNode Hex = Run(ByteSet.HexDigits);

    private static readonly string[] DiskNames =
    [
        "sd", "hd", "vd", "xvd", "ublkb", "nbd", "md", "dm-", "loop", "nvme", "mmcblk", "sr", "st", "nst", "sg", "ram", "zram", "pmem", "bcache", "drbd", "rbd", "nullb", "zd",
        "mtdblock", "dasd", "fd", "mspblk", "zloop", "blksnap-image_", "scm", "ubiblock", "etherd", "rnbd", "xpram", "cciss!", "ida!", "rsxx", "rssd", "skd", "swim", "ubd",
    ];

    /// <summary>blk_errors[] of the kernel's block/blk-core.c, the releases' names together.</summary>
    private static readonly string[] BlockErrors =
    [
        "I/O", "critical medium", "critical target", "critical nexus", "critical space allocation", "operation not supported", "timeout", "recoverable transport", "reservation conflict", "protection",
        "kernel resource", "device resource", "device offline", "dm internal retry", "nonblocking retry", "zone active resource", "zone open resource", "zone resource", "command duration limit exceeded", "invalid",
    ];

    private static readonly FrozenDictionary<string, WordingNode> Types = new Dictionary<string, WordingNode>
    {
        // 12
        ["num"] = Number,
        // -5
        ["int"] = new Sequence([new Run(ByteSet.One((byte)'-'), 0, false), Number]),
        // 1f, 0x1f
        ["hex"] = new Sequence([new Choice([Text("0x"), Text("")]), Hex]),
        // anything without a space
        ["word"] = Run(ByteSet.Not(" ")),
        // a word that ends before a comma, a colon or a closing bracket
        ["item"] = Run(ByteSet.Not(" ,;:)]}\"'")),
        // sda1, dm-0, cciss!c0d0, /dev/mapper/x
        ["dev"] = Run(ByteSet.DeviceName),
        // btrfs_run_delayed_refs
        ["name"] = Run(ByteSet.Name),
        // what stands between round, square, double quotes
        ["paren"] = Run(ByteSet.Not(")")),
        ["bracket"] = Run(ByteSet.Not("]")),
        ["quoted"] = Run(ByteSet.Not("\"")),
        // 6:0:0:0
        ["hctl"] = new Sequence([Number, Text(":"), Number, Text(":"), Number, Text(":"), Number]),
        // 8:48
        ["majmin"] = new Sequence([Number, Text(":"), Number]),
        // 0000:03:00.0
        ["pci"] = new Sequence([Hex, Text(":"), Hex, Text(":"), Hex, Text("."), Hex]),
        // one space and more
        ["sp"] = Run(ByteSet.One((byte)' ')),
        // 3ed1f42f-4a32-9d06-6559-b9dcb31594f4
        ["uuid"] = new Sequence([Hex, Text("-"), Hex, Text("-"), Hex, Text("-"), Hex, Text("-"), Hex]),
        // ata1, ata1.00
        ["ata"] = new Sequence([Text("ata"), Number, new Choice([new Sequence([Text("."), Number]), Text("")])]),
        // session3, connection3:0
        ["iscsi"] = new Choice([new Sequence([Text("session"), Number]), new Sequence([Text("connection"), Number, Text(":"), Number])]),
        ["rport"] = new Sequence([Text("rport-"), Run(ByteSet.Of("0-9:-"))]),
        ["nvme"] = Prefixed("nvme"),
        ["nbd"] = Prefixed("nbd"),
        ["drbd"] = Prefixed("drbd"),
        ["zram"] = Prefixed("zram"),
        ["pmem"] = Prefixed("pmem"),
        ["virtio"] = Prefixed("virtio"),
        ["md"] = new Choice([new Sequence([Text("md"), Number, new Run(ByteSet.Of("0-9a-z_"), 0, false)]), Prefixed("md_"), Text("mdX")]),
        ["dm"] = new Sequence([Text("dm-"), Number]),
        ["mmc"] = new Sequence([Text("mmc"), Number]),
        ["mmcblk"] = Prefixed("mmcblk"),
        ["mtd"] = Prefixed("mtd"),
        ["tape"] = new Sequence([Text("st"), Number]),
        // the names of the kernel's block drivers, for places where any other word could stand
        ["disk"] = new Choice([.. DiskNames.Select(Prefixed)]),
        // what stands before "error, dev"
        ["blkerror"] = new Choice([.. BlockErrors.Select(Text)]),
        // anything, as little as will do
        ["any"] = new Run(ByteSet.All, 0, true),
        // anything up to the end of the line
        ["rest"] = new Run(ByteSet.All, 0, false),
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => Types.Keys;

    public static WordingNode? Find(string name) => Types.GetValueOrDefault(name);

    private static Sequence Prefixed(string prefix) => new([Text(prefix), Run(ByteSet.Of("0-9a-zA-Z_-"))]);

    private static Run Run(ByteSet set) => new(set, 1, false);

    private static Literal Text(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));
}
