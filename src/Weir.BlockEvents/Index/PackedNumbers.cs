using System.Buffers;

namespace Weir.BlockEvents.Index;

/// <summary>Numbers of seven bits a byte, the lowest first; the highest bit says that more follow (LEB128).</summary>
internal static class PackedNumbers
{
    private const int MaxBytes = 10;

    public static void Write(IBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = output.GetSpan(MaxBytes);
        int length = 0;
        for (; value >= 0x80; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Reads one; false at the end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            byte part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return true;
        }

        return false;
    }

    /// <summary>Reads one that counts things of which none is smaller than a byte, so that there cannot be more than bytes left.</summary>
    public static bool TryReadCount(ReadOnlySpan<byte> bytes, ref int at, out int count)
    {
        bool isThere = TryRead(bytes, ref at, out ulong value) && value <= (ulong)(bytes.Length - at);
        count = isThere ? (int)value : 0;
        return isThere;
    }
}
