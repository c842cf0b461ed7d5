namespace Weir.BlockEvents.Lines;

/// <summary>
/// Hands out the lines of a stream in the pieces in which they arrive. Memory is bounded: of a line longer than <see cref="MaxLineBytes"/> only
/// its beginning is kept, and it is counted.
/// </summary>
/// <param name="input">The stream; it is not disposed.</param>
public sealed class LineSplitter(Stream input)
{
    /// <summary>The most of one line that is handed out.</summary>
    public const int MaxLineBytes = 64 * 1024;

    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private bool _isSkipping;

    /// <summary>How many lines were cut.</summary>
    public long CutCount { get; private set; }

    /// <summary>How many lines were handed out.</summary>
    public long LineCount { get; private set; }

    /// <summary>Waits for at least one line; false at the end of the stream.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool Fill()
    {
        while (true)
        {
            if (_isSkipping) SkipRest();
            ReadOnlySpan<byte> here = _buffer.AsSpan(_start, _end - _start);
            if (!_isSkipping && (here.Contains((byte)'\n') || here.Length > MaxLineBytes)) return true;
            if (_isAtEnd) return !_isSkipping && here.Length > 0;
            here.CopyTo(_buffer);
            (_start, _end) = (0, here.Length);
            int read = input.Read(_buffer, _end, _buffer.Length - _end);
            _isAtEnd = read == 0;
            _end += read;
        }
    }

    /// <summary>The next line that is here, without its end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_isSkipping) return false;
        ReadOnlySpan<byte> here = _buffer.AsSpan(_start, _end - _start);
        int length = here.IndexOf((byte)'\n');
        if (length > MaxLineBytes || (length < 0 && here.Length > MaxLineBytes))
        {
            line = here[..MaxLineBytes];
            _start += MaxLineBytes;
            _isSkipping = true;
            CutCount++;
        }
        else if (length >= 0)
        {
            line = here[..length];
            _start += length + 1;
        }
        else if (_isAtEnd && here.Length > 0)
        {
            line = here;
            _start = _end;
        }
        else
        {
            return false;
        }

        LineCount++;
        if (line.EndsWith("\r"u8)) line = line[..^1];
        return true;
    }

    /// <summary>Passes over the rest of a line that was cut.</summary>
    private void SkipRest()
    {
        int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        _isSkipping = length < 0;
        _start = length < 0 ? _end : _start + length + 1;
    }
}
