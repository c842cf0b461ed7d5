using System.Buffers.Binary;

namespace Weir.Feed.Redis.Reading;

/// <summary>Records as frames back to back, in memory that is used again for the next page.</summary>
internal sealed class FrameBuffer
{
    /// <summary>A buffer that a large page has made larger than this is given back with the next.</summary>
    private const int KeptBytes = 8 * 1024 * 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Frames => _bytes.AsMemory(0, Length);

    public void Clear()
    {
        if (_bytes.Length > KeptBytes) _bytes = [];
        Length = 0;
        Count = 0;
    }

    public void Add(RecordId id, ReadOnlySpan<byte> type, ReadOnlySpan<byte> source, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> data)
    {
        int body = type.Length + source.Length + subject.Length + data.Length;
        Span<byte> frame = Take(FrameLayout.HeaderBytes + body);
        frame[..FrameLayout.HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, FrameLayout.Magic);
        BinaryPrimitives.WriteInt32LittleEndian(frame[FrameLayout.BodyLengthAt..], body);
        FrameLayout.WriteId(frame, id);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.TypeLengthAt..], (ushort)type.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.SourceLengthAt..], (ushort)source.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.SubjectLengthAt..], (ushort)subject.Length);
        frame = frame[FrameLayout.HeaderBytes..];
        type.CopyTo(frame);
        source.CopyTo(frame[type.Length..]);
        subject.CopyTo(frame[(type.Length + source.Length)..]);
        data.CopyTo(frame[(type.Length + source.Length + subject.Length)..]);
        Count++;
    }

    private Span<byte> Take(int size)
    {
        int needed = checked(Length + size);
        if (needed > _bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(Math.Max(needed, 4096), Math.Min(2L * _bytes.Length, Array.MaxLength)));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            _bytes = larger;
        }

        Span<byte> taken = _bytes.AsSpan(Length, size);
        Length = needed;
        return taken;
    }
}
