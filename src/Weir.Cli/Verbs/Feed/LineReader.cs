namespace Weir.Cli.Verbs.Feed;

/// <summary>
/// Hands out the whole lines of a stream in the pieces in which they arrive, so that a slow writer's line is seen at once and a
/// fast one's come by the thousand.
/// </summary>
internal sealed class LineReader(Stream input, int maxLineBytes)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The number of the line last given out, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Waits until at least one whole line is here (the last may lack its line feed); false at the end.</summary>
    /// <exception cref="IOException">A line is longer than may be, or the stream cannot be read.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (_buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n') < 0)
        {
            if (_isAtEnd) return _end > _start;
            if (_end - _start > maxLineBytes) throw new IOException($"line {LineNumber + 1} is longer than {maxLineBytes} bytes, the most a record may have");
            MakeRoom();
            // Reading a terminal or a pipe cannot be broken off; the process ends without it.
            int read = await input.ReadAsync(_buffer.AsMemory(_end), cancellationToken).AsTask().WaitAsync(cancellationToken);
            _isAtEnd = read == 0;
            _end += read;
        }

        return true;
    }

    /// <summary>The next whole line that is here, without its end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> here = _buffer.AsSpan(_start, _end - _start);
        int length = here.IndexOf((byte)'\n');
        line = default;
        if (length < 0 && (!_isAtEnd || here.IsEmpty)) return false;
        line = length < 0 ? here : here[..length];
        _start += length < 0 ? here.Length : length + 1;
        LineNumber++;
        if (line.EndsWith("\r"u8)) line = line[..^1];
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
