using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Weir.Erasure.Format;

/// <summary>
/// Reads MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) forward from a span, without allocating. Tolerant in
/// forms: any integer form, strings for binaries and binaries for strings. Never trusting: no length reaches beyond the data, no count
/// of elements beyond its bytes, and nesting costs no stack.
/// </summary>
internal ref struct MessagePackReader(ReadOnlySpan<byte> data, string what)
{
    /// <summary>Values that may be open inside one another when a value is skipped.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _data = data;
    private readonly string _what = what;

    public int Position { get; private set; }

    public readonly int Remaining => _data.Length - Position;

    public readonly bool AtEnd => Position == _data.Length;

    public readonly MessagePackKind Kind => Peek() switch
    {
        <= 0x7f or >= 0xe0 or (>= 0xcc and <= 0xd3) => MessagePackKind.Integer,
        <= 0x8f or 0xde or 0xdf => MessagePackKind.Map,
        <= 0x9f or 0xdc or 0xdd => MessagePackKind.Array,
        <= 0xbf or 0xd9 or 0xda or 0xdb => MessagePackKind.String,
        0xc0 => MessagePackKind.Nil,
        0xc2 or 0xc3 => MessagePackKind.Boolean,
        0xc4 or 0xc5 or 0xc6 => MessagePackKind.Binary,
        0xca or 0xcb => MessagePackKind.Float,
        0xc1 => throw Failure("a byte that MessagePack does not use"),
        _ => MessagePackKind.Extension,
    };

    public bool TryReadNil()
    {
        if (Peek() != 0xc0) return false;
        Position++;
        return true;
    }

    public long ReadInteger()
    {
        byte code = Peek();
        switch (code)
        {
            case <= 0x7f: Position++; return code;
            case >= 0xe0: Position++; return (sbyte)code;
            case 0xcc: return Take(2)[1];
            case 0xcd: return BinaryPrimitives.ReadUInt16BigEndian(Take(3)[1..]);
            case 0xce: return BinaryPrimitives.ReadUInt32BigEndian(Take(5)[1..]);
            case 0xcf:
                ulong value = BinaryPrimitives.ReadUInt64BigEndian(Take(9)[1..]);
                return value <= long.MaxValue ? (long)value : throw Failure("an integer beyond 63 bits");
            case 0xd0: return (sbyte)Take(2)[1];
            case 0xd1: return BinaryPrimitives.ReadInt16BigEndian(Take(3)[1..]);
            case 0xd2: return BinaryPrimitives.ReadInt32BigEndian(Take(5)[1..]);
            case 0xd3: return BinaryPrimitives.ReadInt64BigEndian(Take(9)[1..]);
            default: throw Failure($"{Kind} where an integer belongs");
        }
    }

    /// <summary>An integer that fits 32 bits.</summary>
    public int ReadInt32()
    {
        long value = ReadInteger();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Failure($"the integer {value}, which is out of range");
    }

    public bool ReadBoolean() => Take(1)[0] switch
    {
        0xc2 => false,
        0xc3 => true,
        _ => throw Failure("something else where a boolean belongs"),
    };

    /// <summary>The bytes of a string or a binary; none for nil.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        byte code = Peek();
        switch (code)
        {
            case 0xc0: Position++; return [];
            case >= 0xa0 and <= 0xbf: Position++; return Take(code & 0x1f);
            case 0xc4 or 0xd9: return Take(Take(2)[1]);
            case 0xc5 or 0xda: return Take(BinaryPrimitives.ReadUInt16BigEndian(Take(3)[1..]));
            case 0xc6 or 0xdb: return Take(BinaryPrimitives.ReadUInt32BigEndian(Take(5)[1..]));
            default: throw Failure($"{Kind} where a string or binary belongs");
        }
    }

    /// <summary>How many pairs the map has that begins here; 0 for nil.</summary>
    public int ReadMapHeader() => Peek() switch
    {
        0xc0 => (int)Count(1, 0, 2),
        >= 0x80 and <= 0x8f and byte code => (int)Count(1, (uint)(code & 0x0f), 2),
        0xde => (int)Count(3, BinaryPrimitives.ReadUInt16BigEndian(Ahead(3)[1..]), 2),
        0xdf => (int)Count(5, BinaryPrimitives.ReadUInt32BigEndian(Ahead(5)[1..]), 2),
        _ => throw Failure($"{Kind} where a map belongs"),
    };

    /// <summary>How many elements the array has that begins here; 0 for nil.</summary>
    public int ReadArrayHeader() => Peek() switch
    {
        0xc0 => (int)Count(1, 0, 1),
        >= 0x90 and <= 0x9f and byte code => (int)Count(1, (uint)(code & 0x0f), 1),
        0xdc => (int)Count(3, BinaryPrimitives.ReadUInt16BigEndian(Ahead(3)[1..]), 1),
        0xdd => (int)Count(5, BinaryPrimitives.ReadUInt32BigEndian(Ahead(5)[1..]), 1),
        _ => throw Failure($"{Kind} where an array belongs"),
    };

    /// <summary>The type and the bytes of an extension value.</summary>
    public ReadOnlySpan<byte> ReadExtension(out sbyte type)
    {
        byte code = Peek();
        (int prefix, uint length) = code switch
        {
            >= 0xd4 and <= 0xd8 => (1, 1u << code - 0xd4),
            0xc7 => (2, Ahead(2)[1]),
            0xc8 => (3, BinaryPrimitives.ReadUInt16BigEndian(Ahead(3)[1..])),
            0xc9 => (5, BinaryPrimitives.ReadUInt32BigEndian(Ahead(5)[1..])),
            _ => throw Failure($"{Kind} where an extension belongs"),
        };
        Take((uint)prefix);
        type = (sbyte)Take(1)[0];
        return Take(length);
    }

    /// <summary>Steps over one whole value, however deep.</summary>
    public void Skip()
    {
        // How many values are still to be skipped at each open level; a level that is done is left before the next value is begun.
        Span<long> open = stackalloc long[MaxDepth];
        int depth = 0;
        open[0] = 1;
        while (depth >= 0)
        {
            if (open[depth] == 0)
            {
                depth--;
                continue;
            }

            open[depth]--;
            long inside = SkipHead();
            if (inside == 0) continue;
            if (++depth == MaxDepth) throw Failure($"values nested more than {MaxDepth} deep");
            open[depth] = inside;
        }
    }

    /// <summary>The bytes of one whole value, which is stepped over.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        int start = Position;
        Skip();
        return _data[start..Position];
    }

    public readonly ErasureFormatException Failure(string found) => new($"{_what} is damaged at byte {Position}: {found}.");

    /// <summary>Steps over a scalar, or over the head of a map or array whose elements are yet to come; returns how many those are.</summary>
    private long SkipHead()
    {
        switch (Kind)
        {
            case MessagePackKind.Integer: ReadIntegerBytes(); return 0;
            case MessagePackKind.Map: return 2L * ReadMapHeader();
            case MessagePackKind.Array: return ReadArrayHeader();
            case MessagePackKind.String or MessagePackKind.Binary: ReadBytes(); return 0;
            case MessagePackKind.Float: Take(Peek() == 0xca ? 5u : 9u); return 0;
            case MessagePackKind.Extension: ReadExtension(out _); return 0;
            default: Position++; return 0;
        }
    }

    /// <summary>An integer of any size that nobody looks at: also one beyond 63 bits.</summary>
    private void ReadIntegerBytes()
    {
        byte code = Peek();
        Take(code is <= 0x7f or >= 0xe0 ? 1u : 1u + (1u << (code - 0xcc & 3)));
    }

    private readonly byte Peek() => Position < _data.Length ? _data[Position] : throw EndOfData();

    private readonly ReadOnlySpan<byte> Ahead(int length) => Remaining >= length ? _data.Slice(Position, length) : throw EndOfData();

    private ReadOnlySpan<byte> Take(int length) => Take((uint)length);

    private ReadOnlySpan<byte> Take(uint length)
    {
        if (length > (uint)Remaining) ThrowTooLong(length);
        ReadOnlySpan<byte> taken = _data.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    /// <summary>A count of elements, each of which needs at least <paramref name="bytesEach"/> bytes, so that no count is believed that
    /// the data cannot hold.</summary>
    private uint Count(int headBytes, uint count, uint bytesEach)
    {
        Position += headBytes;
        if ((ulong)count * bytesEach <= (ulong)Remaining) return count;
        throw Failure($"{count} elements in {Remaining} bytes");
    }

    [DoesNotReturn]
    private readonly void ThrowTooLong(uint length) => throw Failure($"a length of {length} where {Remaining} bytes are left");

    private readonly ErasureFormatException EndOfData() => Failure("the data ends inside a value");
}
