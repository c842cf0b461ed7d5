using System.Runtime.CompilerServices;

namespace Weir.Feed.Redis.Resp;

/// <summary>
/// Finds where a reply ends in bytes that arrive piece by piece. Each byte is looked at once, the inside of strings not at
/// all, and nothing is kept but a place and a small stack. RESP2 and RESP3: https://redis.io/docs/reference/protocol-spec.
/// </summary>
internal sealed class RespScanner(RespLimits limits)
{
    /// <summary>The longest line that carries a length or a number.</summary>
    private const int MaxNumberLine = 32;

    /// <summary>The longest simple string or error.</summary>
    private const int MaxTextLine = 64 * 1024;

    private readonly int[] _open = new int[limits.MaxDepth];
    private readonly bool[] _isAttribute = new bool[limits.MaxDepth];
    private int _depth;
    private int _at;
    private bool _inBulk;

    /// <summary>Looks on. True when a whole reply lies in the first <paramref name="length"/> bytes; then call <see cref="Reset"/>.</summary>
    /// <param name="received">Everything received from the reply's first byte on.</param>
    /// <param name="length">The reply's length in bytes.</param>
    /// <exception cref="RespProtocolException">This is no RESP, or too much of it.</exception>
    public bool TryFindEnd(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        while (true)
        {
            bool isElement;
            if (_inBulk)
            {
                if (_at > received.Length) return false;
                if (received[_at - 2] != '\r' || received[_at - 1] != '\n')
                    throw new RespProtocolException($"The server's reply has a string that does not end where its length says (byte {_at}).");
                _inBulk = false;
                isElement = true;
            }
            else if (!TryReadHeader(received, out isElement))
            {
                return false;
            }

            // Of what has no length of its own there may be endlessly much as well.
            if (_at > limits.MaxReplyBytes) throw new RespTooLargeException($"The server's reply is larger than the {limits.MaxReplyBytes} bytes that are taken.");
            if (!isElement || !CloseElement()) continue;
            length = _at;
            return true;
        }
    }

    /// <summary>Whether nothing of the next reply has been looked at yet.</summary>
    public bool IsBetweenReplies => _at == 0;

    public void Reset()
    {
        _depth = 0;
        _at = 0;
        _inBulk = false;
    }

    /// <summary>One header line; <paramref name="isElement"/> says whether it was a whole element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryReadHeader(ReadOnlySpan<byte> received, out bool isElement)
    {
        isElement = false;
        if (_at >= received.Length) return false;
        byte kind = received[_at];
        ReadOnlySpan<byte> rest = received[(_at + 1)..];
        switch (kind)
        {
            case (byte)'$' or (byte)'=' or (byte)'!':
                if (!TryReadLength(rest, out int bytes)) return false;
                if (bytes < 0)
                {
                    isElement = true;
                    return true;
                }

                if (bytes > limits.MaxReplyBytes - _at - 2) throw TooLarge(bytes);
                _at += bytes + 2;
                _inBulk = true;
                return true;
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                if (!TryReadLength(rest, out int count)) return false;
                Open(kind, count, out isElement);
                return true;
            case (byte)':' or (byte)'_' or (byte)'#' or (byte)',':
                isElement = true;
                return TryPassLine(rest, MaxNumberLine);
            case (byte)'+' or (byte)'-' or (byte)'(':
                isElement = true;
                return TryPassLine(rest, MaxTextLine);
            default:
                throw new RespProtocolException($"The server's reply has 0x{kind:x2} where a type should stand (byte {_at}). Is this a Redis server?");
        }
    }

    private void Open(byte kind, int count, out bool isElement)
    {
        isElement = count <= 0 && kind != '|';
        if (count <= 0) return;

        // Every element takes three bytes at least, so a count can be too large before anything of it is there.
        if (count > limits.MaxReplyBytes / 3 / (kind is (byte)'%' or (byte)'|' ? 2 : 1)) throw TooLarge(count);
        if (_depth == limits.MaxDepth)
            throw new RespProtocolException($"The server's reply nests deeper than {limits.MaxDepth} levels.");
        _open[_depth] = kind is (byte)'%' or (byte)'|' ? 2 * count : count;
        _isAttribute[_depth] = kind == '|';
        _depth++;
    }

    /// <summary>An element is complete; true when it is the reply.</summary>
    private bool CloseElement()
    {
        while (_depth > 0)
        {
            if (--_open[_depth - 1] > 0) return false;
            _depth--;

            // An attribute stands before an element and is none itself.
            if (_isAttribute[_depth]) return false;
        }

        return true;
    }

    /// <summary>The number of a header line, which must not be larger than an <see cref="int"/>; -1 is a null.</summary>
    private bool TryReadLength(ReadOnlySpan<byte> line, out int length)
    {
        length = 0;
        long value = 0;
        int i = 0;
        bool isNull = line.Length > 0 && line[0] == '-';
        if (isNull) i++;
        for (; i < line.Length; i++)
        {
            uint digit = (uint)(line[i] - '0');
            if (digit > 9) break;
            value = value * 10 + digit;
            if (value > int.MaxValue) throw TooLarge(value);
        }

        if (line.Length < i + 2)
        {
            if (i < line.Length && line[i] != '\r') throw BadLine();
            return false;
        }

        if (i == (isNull ? 1 : 0) || line[i] != '\r' || line[i + 1] != '\n' || (isNull && value != 1)) throw BadLine();
        length = isNull ? -1 : (int)value;
        _at += 1 + i + 2;
        return true;
    }

    private bool TryPassLine(ReadOnlySpan<byte> line, int limit)
    {
        int end = line[..Math.Min(line.Length, limit + 2)].IndexOf((byte)'\n');
        if (end < 0)
        {
            if (line.Length >= limit + 2) throw new RespProtocolException($"The server's reply has a line of more than {limit} bytes.");
            return false;
        }

        if (end == 0 || line[end - 1] != '\r') throw BadLine();
        _at += 1 + end + 1;
        return true;
    }

    private RespProtocolException BadLine() => new($"The server's reply has a broken line (byte {_at}).");

    private RespTooLargeException TooLarge(long size) =>
        new($"The server's reply is larger than the {limits.MaxReplyBytes} bytes that are taken: it announces {size} at byte {_at}.");
}
