using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Weir.Feed.Redis.Resp;

/// <summary>Composes commands (arrays of bulk strings) one behind the other in a pooled buffer.</summary>
internal sealed class RespWriter : IDisposable
{
    private const int HeaderRoom = 32;
    private byte[] _buffer;

    public RespWriter(int capacityBytes = 256) => _buffer = ArrayPool<byte>.Shared.Rent(capacityBytes);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Starts a command of that many arguments, its name included.</summary>
    public RespWriter Command(int arguments)
    {
        WriteHeader((byte)'*', arguments);
        return this;
    }

    public RespWriter Argument(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length + HeaderRoom);
        WriteHeader((byte)'$', value.Length);
        value.CopyTo(_buffer.AsSpan(Length));
        Length += value.Length;
        EndLine();
        return this;
    }

    /// <summary>Parts of commands as they go over the wire.</summary>
    public RespWriter Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
        return this;
    }

    public RespWriter Argument(string value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        Reserve(bytes + HeaderRoom);
        WriteHeader((byte)'$', bytes);
        Length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(Length));
        EndLine();
        return this;
    }

    public RespWriter Argument(long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out int written);
        return Argument(text[..written]);
    }

    public RespWriter Argument(RecordId id)
    {
        Span<byte> text = stackalloc byte[RecordId.MaxTextLength];
        id.TryFormat(text, out int written);
        return Argument(text[..written]);
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        Length = 0;
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void WriteHeader(byte kind, int number)
    {
        Reserve(HeaderRoom);
        _buffer[Length++] = kind;
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(Length), out int written);
        Length += written;
        EndLine();
    }

    private void EndLine()
    {
        _buffer[Length++] = (byte)'\r';
        _buffer[Length++] = (byte)'\n';
    }

    private void Reserve(int bytes)
    {
        int needed = checked(Length + bytes);
        if (needed <= _buffer.Length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(2L * _buffer.Length, Array.MaxLength)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
