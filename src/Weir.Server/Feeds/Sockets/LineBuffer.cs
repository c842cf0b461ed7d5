using System.Buffers;
using System.Net.Sockets;

namespace Weir.Server.Feeds.Sockets;

/// <summary>Takes lines from a socket. While nothing comes it holds no memory.</summary>
internal sealed class LineBuffer(Socket socket, int maxLineBytes) : IDisposable
{
    private byte[]? _rented;
    private int _start;
    private int _end;

    /// <summary>The next line without its end, valid until the next call; null when the peer has ended (what follows its last line end is dropped).</summary>
    /// <exception cref="FeedRequestException">The line is too long.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = _rented is null ? -1 : _rented.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _rented.AsMemory(_start, length);
                _start += length + 1;
                return line;
            }

            if (_end - _start > maxLineBytes) throw new FeedRequestException("too_long", $"a line has more than {maxLineBytes} bytes");
            if (_start == _end) LetGo();
            // Nothing is held while there is nothing to read.
            if (_rented is null) await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            MakeRoom();
            int received = await socket.ReceiveAsync(_rented.AsMemory(_end), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (received == 0) return null;
            _end += received;
        }
    }

    public void Dispose() => LetGo();

    private void MakeRoom()
    {
        const int least = 512;
        if (_rented is null)
        {
            _rented = ArrayPool<byte>.Shared.Rent(least);
            return;
        }

        if (_rented.Length - _end >= least / 2) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(least, 2 * (_end - _start)));
        _rented.AsSpan(_start, _end - _start).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_rented);
        (_rented, _end, _start) = (larger, _end - _start, 0);
    }

    private void LetGo()
    {
        if (_rented is null) return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
        _start = _end = 0;
    }
}
