using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Weir.Feed;

/// <summary>
/// Records on their way into a topic, in one reusable buffer. It is filled, appended, and may be cleared and filled again
/// once the append has completed; it must not be touched in between. Filling a warm batch allocates nothing.
/// </summary>
/// <remarks>
/// Data can be handed over ready (<see cref="Add(ReadOnlySpan{byte},ReadOnlySpan{byte},ReadOnlySpan{byte},ReadOnlySpan{byte})"/>) or written in place:
/// <see cref="Begin"/>, then write to the batch as an <see cref="IBufferWriter{T}"/>, then <see cref="End()"/>.
/// </remarks>
public sealed class RecordBatch : IBufferWriter<byte>
{
    private byte[] _buffer;
    private int _written;
    private int _recordStart = -1;

    /// <param name="capacityBytes">How much the buffer holds before it first grows.</param>
    public RecordBatch(int capacityBytes = 4096) => _buffer = GC.AllocateUninitializedArray<byte>(Math.Max(capacityBytes, 256));

    /// <summary>Records in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the batch takes on disk.</summary>
    public int SizeBytes => _written;

    /// <summary>Whether the records carry ids of the caller's own: all do, or none does.</summary>
    public bool HasOwnIds { get; private set; }

    /// <summary>The batch as frames, header checksums and (unless own) ids still blank.</summary>
    internal Span<byte> Frames => _buffer.AsSpan(0, _written);

    internal ReadOnlyMemory<byte> FrameMemory => _buffer.AsMemory(0, _written);

    /// <summary>Adds a record; the engine gives it its id.</summary>
    /// <exception cref="ArgumentException">A member is larger than <see cref="RecordLimits"/> allows, or the batch has own ids.</exception>
    public void Add(ReadOnlySpan<byte> type, ReadOnlySpan<byte> source, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> data)
    {
        Begin(type, source, subject);
        data.CopyTo(GetSpan(data.Length));
        Advance(data.Length);
        End();
    }

    /// <summary>Adds a record with an id of the caller's own, which must be above the one before it.</summary>
    public void Add(RecordId id, ReadOnlySpan<byte> type, ReadOnlySpan<byte> source, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> data)
    {
        Begin(type, source, subject);
        data.CopyTo(GetSpan(data.Length));
        Advance(data.Length);
        End(id);
    }

    /// <summary>Starts a record; its data is then written to the batch itself.</summary>
    public void Begin(ReadOnlySpan<byte> type, ReadOnlySpan<byte> source, ReadOnlySpan<byte> subject)
    {
        if (_recordStart >= 0) throw new InvalidOperationException("A record of this batch is still open.");
        ThrowIfTooLong(type.Length, source.Length, subject.Length);
        int names = type.Length + source.Length + subject.Length;
        Span<byte> frame = GetSpan(FrameLayout.HeaderBytes + names);
        frame[..FrameLayout.HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, FrameLayout.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.TypeLengthAt..], (ushort)type.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.SourceLengthAt..], (ushort)source.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FrameLayout.SubjectLengthAt..], (ushort)subject.Length);
        Span<byte> body = frame[FrameLayout.HeaderBytes..];
        type.CopyTo(body);
        source.CopyTo(body[type.Length..]);
        subject.CopyTo(body[(type.Length + source.Length)..]);
        _recordStart = _written;
        _written += FrameLayout.HeaderBytes + names;
    }

    /// <summary>Finishes the record; the engine gives it its id.</summary>
    public void End()
    {
        if (Count > 0 && HasOwnIds) throw new ArgumentException("Either all records of a batch have ids of the caller's own, or none has.");
        Seal();
    }

    /// <summary>Finishes the record with an id of the caller's own.</summary>
    public void End(RecordId id)
    {
        if (Count > 0 && !HasOwnIds) throw new ArgumentException("Either all records of a batch have ids of the caller's own, or none has.");
        FrameLayout.WriteId(_buffer.AsSpan(_recordStart), id);
        HasOwnIds = true;
        Seal();
    }

    /// <summary>Drops the record that was begun and not ended.</summary>
    public void Abandon()
    {
        if (_recordStart < 0) return;
        _written = _recordStart;
        _recordStart = -1;
    }

    /// <summary>Empties the batch and keeps its buffer.</summary>
    public void Clear()
    {
        _written = 0;
        _recordStart = -1;
        Count = 0;
        HasOwnIds = false;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _written);
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_written);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (sizeHint <= 0 || _buffer.Length - _written < sizeHint) Reserve(sizeHint);
        return _buffer.AsSpan(_written);
    }

    /// <summary>The records of the batch, in order.</summary>
    public FrameEnumerator GetEnumerator() => new(_buffer.AsSpan(0, _written));

    private void Seal()
    {
        if (_recordStart < 0) throw new InvalidOperationException("No record of this batch is open.");
        Span<byte> frame = _buffer.AsSpan(_recordStart.._written);
        Span<byte> body = frame[FrameLayout.HeaderBytes..];
        if (body.Length > RecordLimits.MaxBodyBytes)
        {
            int size = body.Length;
            Abandon();
            throw new ArgumentException($"A record of {size} bytes is larger than the {RecordLimits.MaxBodyBytes} that a record may have.");
        }

        BinaryPrimitives.WriteInt32LittleEndian(frame[FrameLayout.BodyLengthAt..], body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[FrameLayout.BodyCrcAt..], Crc32C.Compute(body));
        _recordStart = -1;
        Count++;
    }

    private void Reserve(int sizeHint)
    {
        int needed = checked(_written + Math.Max(sizeHint, 256));
        if (needed <= _buffer.Length) return;
        byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, (int)Math.Min(2L * _buffer.Length, Array.MaxLength)));
        _buffer.AsSpan(0, _written).CopyTo(larger);
        _buffer = larger;
    }

    private static void ThrowIfTooLong(int type, int source, int subject)
    {
        if (type <= RecordLimits.MaxNameBytes && source <= RecordLimits.MaxNameBytes && subject <= RecordLimits.MaxNameBytes) return;
        throw new ArgumentException(
            $"Type ({type} bytes), source ({source}) and subject ({subject}) of a record may have {RecordLimits.MaxNameBytes} bytes each.");
    }
}
