using System.Buffers.Binary;

namespace Weir.Erasure.Coding;

/// <summary>CRC-32 of IEEE 802.3 (polynomial 0x04c11db7, reflected): it chooses the order of an object's shards, and the set in
/// the oldest deployments.</summary>
public static class Crc32
{
    private const uint Polynomial = 0xedb88320;

    // Eight tables, so that eight bytes go in at once: table n is what a byte becomes n bytes further on.
    private static readonly uint[] Tables = MakeTables();

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> tables = Tables;
        uint crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = tables[(int)(7 * 256 + (low & 0xff))] ^ tables[(int)(6 * 256 + (low >> 8 & 0xff))]
                ^ tables[(int)(5 * 256 + (low >> 16 & 0xff))] ^ tables[(int)(4 * 256 + (low >> 24))]
                ^ tables[(int)(3 * 256 + (high & 0xff))] ^ tables[(int)(2 * 256 + (high >> 8 & 0xff))]
                ^ tables[(int)(256 + (high >> 16 & 0xff))] ^ tables[(int)(high >> 24)];
        }

        foreach (byte value in data) crc = crc >> 8 ^ tables[(int)((crc ^ value) & 0xff)];
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
            tables[value] = crc;
        }

        for (int at = 256; at < tables.Length; at++) tables[at] = tables[at - 256] >> 8 ^ tables[tables[at - 256] & 0xff];
        return tables;
    }
}
