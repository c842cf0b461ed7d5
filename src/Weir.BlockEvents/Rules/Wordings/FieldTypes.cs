using System.Collections.Frozen;

namespace Weir.BlockEvents.Rules.Wordings;

/// <summary>What a field of a wording may hold: the names that stand behind the colon in <c>{sector:num}</c>.</summary>
internal static class FieldTypes
{
    private static readonly WordingNode Number = Run(ByteSet.Digits);
    private static readonly WordingNode Hex = Run(ByteSet.HexDigits);

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
        // anything, as little as will do
        ["any"] = new Run(ByteSet.All, 0, true),
        // anything up to the end of the line
        ["rest"] = new Run(ByteSet.All, 0, false),
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => Types.Keys;

    public static WordingNode? Find(string name) => Types.GetValueOrDefault(name);

    private static Run Run(ByteSet set) => new(set, 1, false);

    private static Literal Text(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));
}
