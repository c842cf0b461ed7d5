using System.Buffers;
using System.Buffers.Binary;

namespace Weir.Erasure.Format;

/// <summary>Writes MessagePack in the shortest forms, except where the format fixes one (see each method).</summary>
internal readonly struct MessagePackWriter(IBufferWriter<byte> output)
{
    public void WriteNil() => WriteByte(0xc0);

    public void WriteInteger(long value)
    {
        switch (value)
        {
            case >= 0 and <= 0x7f or < 0 and >= -32: WriteByte((byte)value); break;
            case >= sbyte.MinValue and <= sbyte.MaxValue: WriteHead(0xd0, (ulong)value, 1); break;
            case >= short.MinValue and <= short.MaxValue: WriteHead(0xd1, (ulong)value, 2); break;
            case >= int.MinValue and <= int.MaxValue: WriteHead(0xd2, (ulong)value, 4); break;
            default: WriteHead(0xd3, (ulong)value, 8); break;
        }
    }

    /// <summary>A string: the form with the shortest length.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length < 32) WriteByte((byte)(0xa0 | utf8.Length));
        else WriteLength(0xd9, (uint)utf8.Length);
        output.Write(utf8);
    }

    public void WriteBinary(ReadOnlySpan<byte> bytes)
    {
        WriteLength(0xc4, (uint)bytes.Length);
        output.Write(bytes);
    }

    /// <summary>The head of a binary whose length takes four bytes whatever it is, as the container has it.</summary>
    public void WriteBinary32Head(uint length) => WriteHead(0xc6, length, 4);

    /// <summary>An unsigned integer of five bytes whatever its value, as the container's checksum has it.</summary>
    public void WriteUInt32(uint value) => WriteHead(0xce, value, 4);

    /// <summary>A signed integer of nine bytes whatever its value, as the servers write times in version headers.</summary>
    public void WriteInt64(long value) => WriteHead(0xd3, (ulong)value, 8);

    public void WriteArrayHeader(int count)
    {
        if (count < 16) WriteByte((byte)(0x90 | count));
        else if (count <= ushort.MaxValue) WriteHead(0xdc, (uint)count, 2);
        else WriteHead(0xdd, (uint)count, 4);
    }

    public void WriteMapHeader(int count)
    {
        if (count < 16) WriteByte((byte)(0x80 | count));
        else if (count <= ushort.MaxValue) WriteHead(0xde, (uint)count, 2);
        else WriteHead(0xdf, (uint)count, 4);
    }

    public void WriteRaw(ReadOnlySpan<byte> value) => output.Write(value);

    private void WriteLength(byte code8, uint length)
    {
        if (length <= byte.MaxValue) WriteHead(code8, length, 1);
        else if (length <= ushort.MaxValue) WriteHead((byte)(code8 + 1), length, 2);
        else WriteHead((byte)(code8 + 2), length, 4);
    }

    private void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private void WriteHead(byte code, ulong value, int bytes)
    {
        Span<byte> all = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(all[1..], value);
        Span<byte> head = output.GetSpan(1 + bytes);
        head[0] = code;
        all[(9 - bytes)..].CopyTo(head[1..]);
        output.Advance(1 + bytes);
    }
}
