namespace Weir.Erasure.Tests.Format;

/// <summary>Ways in which bytes go wrong, by chance and by intent.</summary>
internal static class Mutation
{
    private static readonly byte[][] Hostile =
    [
        [0xdf, 0xff, 0xff, 0xff, 0xff], [0xdd, 0x7f, 0xff, 0xff, 0xff], [0xc6, 0xff, 0xff, 0xff, 0xff], [0xc6, 0x7f, 0xff, 0xff, 0xff],
        [0xdc, 0xff, 0xff], [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], [0xc0], [0xc1], [0x91, 0x91, 0x91, 0x91],
        "99999999999999999999"u8.ToArray(), "-1"u8.ToArray(), "null"u8.ToArray(), "[[[[[["u8.ToArray(), "\"\\ud800\""u8.ToArray(), "1e400"u8.ToArray(),
    ];

    public static void Apply(Random random, ref byte[] bytes)
    {
        for (int count = random.Next(1, 6); count > 0 && bytes.Length > 0; count--)
        {
            int at = random.Next(bytes.Length), length = random.Next(Math.Min(64, bytes.Length - at) + 1);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..at]; break;
                case 3: bytes = [.. bytes[..at], .. bytes[(at + length)..]]; break;
                case 4: bytes = [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]]; break;
                default:
                    byte[] hostile = Hostile[random.Next(Hostile.Length)];
                    bytes = [.. bytes[..at], .. hostile, .. bytes[Math.Min(at + (random.Next(2) == 0 ? hostile.Length : 0), bytes.Length)..]];
                    break;
            }
        }
    }
}
