using System.Text.Unicode;

namespace Weir.Lustre.HsmFiles;

/// <summary>What every line of an <c>hsm/*</c> file must be before its fields are looked at.</summary>
public static class LineText
{
    /// <summary>The longest line taken. The kernel's are about 245 bytes and cannot pass 500.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>
    /// A line goes into JSON and onto terminals as it is, so it has to be UTF-8 without control characters (C0, DEL and C1).
    /// </summary>
    internal static LineError Check(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxBytes) return LineError.TooLong;
        if (IsPrintableAscii(line)) return LineError.None;
        if (!Utf8.IsValid(line)) return LineError.NotUtf8;
        return HasControl(line) ? LineError.ControlCharacter : LineError.None;
    }

    /// <summary>Whether a line of allowed length is nothing but printable ASCII.</summary>
    internal static bool IsPrintableAscii(ReadOnlySpan<byte> line) =>
        line.Length <= MaxBytes && line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;

    private static bool HasControl(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0 || utf8.Contains((byte)0x7f)) return true;
        for (int i = utf8.IndexOf((byte)0xc2); i >= 0;)
        {
            // C2 80 … C2 9F are U+0080 … U+009F.
            if (utf8[i + 1] < 0xa0) return true;
            int next = utf8[(i + 1)..].IndexOf((byte)0xc2);
            i = next < 0 ? -1 : i + 1 + next;
        }

        return false;
    }
}
