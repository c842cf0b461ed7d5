using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Lustre.HsmFiles;

/// <summary>
/// Cuts a stream of bytes into lines, in one buffer of a fixed size. Files of debugfs say they are empty and cut lines at any
/// byte of a read, so nothing but the end of the stream ends the reading.
/// </summary>
internal sealed class LineSource : IDisposable
{
    private readonly Stream? _stream;
    private readonly SafeFileHandle? _handle;
    private byte[]? _buffer;
    private int _start;
    private int _searched;
    private int _end;
    private bool _isAtEnd;
    private bool _isDiscarding;

    public LineSource(Stream stream, int bufferBytes)
        : this(bufferBytes) => _stream = stream;

    public LineSource(SafeFileHandle handle, int bufferBytes)
        : this(bufferBytes) => _handle = handle;

    private LineSource(int bufferBytes) => _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(bufferBytes, 2 * LineText.MaxBytes));

    /// <summary>Bytes read from the source so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>What was left at the end without a newline; empty before the end and when there is nothing.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>
    /// The next line, without its newline. When <paramref name="isTooLong"/>, it is only the line's beginning, and the rest is
    /// passed over. False at the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(out ReadOnlySpan<byte> line, out bool isTooLong)
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        isTooLong = false;
        while (true)
        {
            int newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = _buffer.AsSpan(_start, _searched + newline - _start);
                _start = _searched = _searched + newline + 1;
                if (_isDiscarding)
                {
                    _isDiscarding = false;
                    continue;
                }

                isTooLong = line.Length > LineText.MaxBytes;
                return true;
            }

            _searched = _end;
            if (_isDiscarding)
            {
                _start = _end;
            }
            else if (_end - _start > LineText.MaxBytes)
            {
                line = _buffer.AsSpan(_start, LineText.MaxBytes);
                _start = _end;
                _isDiscarding = isTooLong = true;
                return true;
            }

            if (_isAtEnd || !Fill(_buffer)) break;
        }

        IsIncomplete |= _isDiscarding || _end > _start;
        line = default;
        return false;
    }

    public void Dispose()
    {
        if (_buffer is null) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private bool Fill(byte[] buffer)
    {
        int kept = _end - _start;
        if (_start > 0 && kept > 0) buffer.AsSpan(_start, kept).CopyTo(buffer);
        _searched -= _start;
        _start = 0;
        _end = kept;
        Span<byte> free = buffer.AsSpan(kept);
        int read = _handle is null ? _stream!.Read(free) : RandomAccess.Read(_handle, free, BytesRead);
        _isAtEnd = read == 0;
        _end += read;
        BytesRead += read;
        return read > 0;
    }
}
