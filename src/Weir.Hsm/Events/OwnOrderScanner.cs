using System.Runtime.CompilerServices;

namespace Weir.Hsm.Events;

/// <summary>Steps through compact JSON whose shape is known. Each step either takes what it asks for or leaves its place alone.</summary>
internal ref struct OwnOrderScanner(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Skip(ReadOnlySpan<byte> literal)
    {
        if (!_rest.StartsWith(literal)) return false;
        _rest = _rest[literal.Length..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsLast(ReadOnlySpan<byte> literal) => _rest.SequenceEqual(literal);

    /// <summary>What follows up to the closing quote, which is passed; false when anything in it is escaped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeString(out ReadOnlySpan<byte> text)
    {
        int end = _rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0 || _rest[end] != '"')
        {
            text = default;
            return false;
        }

        text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeIndex(out uint value)
    {
        bool isTaken = TakeDigits(10, out ulong wide) && wide <= uint.MaxValue;
        value = (uint)wide;
        return isTaken;
    }

    /// <summary>Seconds of up to 12 digits: thirty thousand years.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeSeconds(out long value)
    {
        bool isTaken = TakeDigits(12, out ulong wide);
        value = (long)wide;
        return isTaken;
    }

    /// <summary>The digits after 0x and the closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeHex(out ulong value)
    {
        value = 0;
        int i = 0;
        for (; i < _rest.Length && i < 16; i++)
        {
            uint digit = (uint)_rest[i] - '0';
            if (digit > 9)
            {
                digit = (uint)_rest[i] - 'a';
                if (digit > 5) break;
                digit += 10;
            }

            value = (value << 4) | digit;
        }

        if (i == 0 || i >= _rest.Length || _rest[i] != '"') return false;
        _rest = _rest[(i + 1)..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeDigits(int max, out ulong value)
    {
        value = 0;
        int i = 0;
        for (; i < _rest.Length; i++)
        {
            uint digit = (uint)_rest[i] - '0';
            if (digit > 9) break;
            value = value * 10 + digit;
            if (i >= max) return false;
        }

        // Neither an empty number nor one with a leading zero is JSON.
        if (i == 0 || (i > 1 && _rest[0] == '0')) return false;
        _rest = _rest[i..];
        return true;
    }
}
