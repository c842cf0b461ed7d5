using System.Buffers;
using System.Buffers.Binary;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds;

/// <summary>How events follow each other on a connection.</summary>
public enum EventFraming
{
    /// <summary>One JSON object a line.</summary>
    Lines = 0,

    /// <summary>The object's length in bytes (32 bits, the highest byte first), then the object.</summary>
    Length = 1,

    /// <summary>Server-sent events whose id is the record's.</summary>
    ServerSent = 2,

    /// <summary>Server-sent events without ids: the stream tells its place by itself.</summary>
    ServerSentUnplaced = 3,
}

/// <summary>A page of records as CloudEvents in one framing, encoded once for all who read the page under the same filter.</summary>
public sealed class EncodedPage : IDisposable
{
    // Compared by reference: what a page keeps one encoding under.
    private static readonly object[] Keys = [new(), new(), new(), new()];

    private byte[]? _rented;
    private readonly int _length;

    private EncodedPage(byte[] rented, int length)
    {
        _rented = rented;
        _length = length;
    }

    /// <summary>Valid until the reader of the page is asked for its next one.</summary>
    public ReadOnlyMemory<byte> Bytes => _rented.AsMemory(0, _length);

    /// <summary>The page's encoding: the shared one, or, for part of a page, one that the caller has to dispose (<paramref name="isOwn"/>).</summary>
    public static EncodedPage Of(FeedPage page, EventFraming framing, out bool isOwn)
    {
        ArgumentNullException.ThrowIfNull(page);
        EncodedPage? shared = page.GetShared(Keys[(int)framing], whole => Encode(whole, framing));
        isOwn = shared is null;
        return shared ?? Encode(page, framing);
    }

    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    private static EncodedPage Encode(FeedPage page, EventFraming framing)
    {
        var output = new PooledWriter();
        using var events = new CloudEventWriter(page.Topic, output);
        foreach (RecordView record in page)
        {
            switch (framing)
            {
                case EventFraming.Lines:
                    events.Write(record);
                    output.Write("\n"u8);
                    break;
                case EventFraming.Length:
                    int at = output.WrittenCount;
                    output.Write("\0\0\0\0"u8);
                    events.Write(record);
                    BinaryPrimitives.WriteInt32BigEndian(output.Written[at..], output.WrittenCount - at - sizeof(int));
                    break;
                default:
                    if (framing == EventFraming.ServerSent)
                    {
                        output.Write("id: "u8);
                        record.Id.TryFormat(output.GetSpan(RecordId.MaxTextLength), out int idLength);
                        output.Advance(idLength);
                        output.Write("\n"u8);
                    }

                    output.Write("data: "u8);
                    events.Write(record);
                    output.Write("\n\n"u8);
                    break;
            }
        }

        return new(output.Detach(out int length), length);
    }

    /// <summary>Grows in rented arrays.</summary>
    private sealed class PooledWriter : IBufferWriter<byte>
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);

        public int WrittenCount { get; private set; }

        public Span<byte> Written => _buffer.AsSpan(0, WrittenCount);

        public void Advance(int count) => WrittenCount += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsMemory(WrittenCount);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _buffer.AsSpan(WrittenCount);
        }

        public byte[] Detach(out int length)
        {
            length = WrittenCount;
            return _buffer;
        }

        private void Reserve(int sizeHint)
        {
            int needed = WrittenCount + Math.Max(sizeHint, 256);
            if (needed <= _buffer.Length) return;
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _buffer.Length));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }
}
