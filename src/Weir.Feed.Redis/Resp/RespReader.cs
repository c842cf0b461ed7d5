using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Weir.Feed.Redis.Resp;

/// <summary>
/// Walks through one whole reply, which <see cref="RespScanner"/> has found to be well-formed, without copying. Attributes
/// are passed over; maps and sets are arrays of their members.
/// </summary>
internal ref struct RespReader(ReadOnlySpan<byte> reply)
{
    private ReadOnlySpan<byte> _rest = reply;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The type byte of the next element.</summary>
    public byte Kind
    {
        get
        {
            if (_rest.IsEmpty) throw Unexpected("one more element", 0);
            while (_rest[0] == '|') SkipAttribute();
            return _rest[0];
        }
    }

    /// <summary>Takes the next element when it is an error.</summary>
    public bool TryReadError(out ReadOnlySpan<byte> error)
    {
        error = default;
        byte kind = Kind;
        if (kind == '-') error = ReadLine();
        else if (kind == '!') error = ReadBulkBody();
        else return false;
        return true;
    }

    /// <summary>Takes the head of an array, set, push or map; -1 is null, a map counts keys and values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadArray()
    {
        byte kind = Kind;
        if (kind is (byte)'*' or (byte)'~' or (byte)'>') return (int)ReadNumberLine();
        if (kind == '%') return 2 * (int)ReadNumberLine();
        if (kind != '_') throw Unexpected("an array", kind);
        _ = ReadLine();
        return -1;
    }

    /// <summary>Takes a string of any kind; null reads as empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadString()
    {
        byte kind = Kind;
        if (kind == '$') return ReadBulkBody();
        if (kind == '=') return ReadVerbatim();
        if (kind is (byte)'+' or (byte)':' or (byte)',' or (byte)'(') return ReadLine();
        if (kind != '_') throw Unexpected("a string", kind);
        _ = ReadLine();
        return default;
    }

    public long ReadInteger()
    {
        byte kind = Kind;
        if (kind != ':') throw Unexpected("an integer", kind);
        ReadOnlySpan<byte> line = ReadLine();
        return Utf8Parser.TryParse(line, out long value, out int used) && used == line.Length
            ? value
            : throw new RespProtocolException("The server's reply has an integer that is none.");
    }

    /// <summary>Passes over one whole element.</summary>
    public void Skip()
    {
        long left = 1;
        while (left > 0)
        {
            left--;
            switch (Kind)
            {
                case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%':
                    left += Math.Max(ReadArray(), 0);
                    break;
                case (byte)'$' or (byte)'=' or (byte)'!':
                    ReadBulkBody();
                    break;
                default:
                    ReadLine();
                    break;
            }
        }
    }

    /// <summary>"txt:" or "mkd:" stands before the text.</summary>
    private ReadOnlySpan<byte> ReadVerbatim()
    {
        ReadOnlySpan<byte> body = ReadBulkBody();
        return body.Length >= 4 ? body[4..] : body;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> ReadBulkBody()
    {
        int length = (int)ReadNumberLine();
        if (length < 0) return default;
        ReadOnlySpan<byte> body = _rest[..length];
        _rest = _rest[(length + 2)..];
        return body;
    }

    /// <summary>A length, whose form the scanner has checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadNumberLine()
    {
        ReadOnlySpan<byte> rest = _rest;
        int i = 1;
        bool isNegative = rest[1] == '-';
        if (isNegative) i++;
        long value = 0;
        for (; rest[i] != '\r'; i++) value = value * 10 + (rest[i] - '0');
        _rest = rest[(i + 2)..];
        return isNegative ? -value : value;
    }

    private ReadOnlySpan<byte> ReadLine()
    {
        int end = _rest.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = _rest[1..end];
        _rest = _rest[(end + 2)..];
        return line;
    }

    private void SkipAttribute()
    {
        long members = 2 * ReadNumberLine();
        for (; members > 0; members--) Skip();
    }

    private static RespProtocolException Unexpected(string wanted, byte kind) =>
        new($"The server's reply has {(kind == 0 ? "ended" : $"'{(char)kind}'")} where {wanted} should stand.");
}
