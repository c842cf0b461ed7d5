namespace Weir.Feed.Redis.Servers;

/// <summary>The slot of a key in Redis Cluster: CRC-16/XMODEM of the key or of what stands in its first braces.</summary>
internal static class SlotHash
{
    public const int Slots = 16384;

    public static int Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            int length = key[(open + 1)..].IndexOf((byte)'}');
            if (length > 0) key = key.Slice(open + 1, length);
        }

        uint crc = 0;
        foreach (byte b in key)
        {
            crc ^= (uint)b << 8;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
        }

        return (int)(crc & (Slots - 1));
    }
}
