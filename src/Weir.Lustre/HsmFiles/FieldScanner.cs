namespace Weir.Lustre.HsmFiles;

/// <summary>
/// Walks the <c>key=value</c> fields of a line in whatever order they stand. A value in brackets may hold spaces and
/// brackets; words without <c>=</c> are passed over.
/// </summary>
internal ref struct FieldScanner(ReadOnlySpan<byte> fields)
{
    private ReadOnlySpan<byte> _rest = fields;

    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>With its brackets, if it has any.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the walk ended at a bracket that is never closed.</summary>
    public bool IsUnclosed { get; private set; }

    /// <summary>Steps to the next field; false at the end.</summary>
    public bool Next()
    {
        while (true)
        {
            int start = _rest.IndexOfAnyExcept((byte)' ');
            if (start < 0) return false;
            _rest = _rest[start..];
            int equals = _rest.IndexOfAny((byte)'=', (byte)' ');
            if (equals < 0) return false;
            if (_rest[equals] == ' ')
            {
                _rest = _rest[equals..];
                continue;
            }

            Key = _rest[..equals];
            int length = ValueLength(_rest[(equals + 1)..]);
            IsUnclosed = length < 0;
            if (IsUnclosed) return false;
            Value = _rest.Slice(equals + 1, length);
            _rest = _rest[(equals + 1 + length)..];
            return true;
        }
    }

    /// <summary>The value without the brackets around it, if it has them on both sides.</summary>
    public readonly ReadOnlySpan<byte> Unbracketed => Value is [(byte)'[', .., (byte)']'] ? Value[1..^1] : Value;

    private static int ValueLength(ReadOnlySpan<byte> text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'[':
                    depth++;
                    break;
                case (byte)']' when depth > 0:
                    depth--;
                    break;
                case (byte)' ' when depth == 0:
                    return i;
                default:
                    break;
            }
        }

        return depth == 0 ? text.Length : -1;
    }
}
