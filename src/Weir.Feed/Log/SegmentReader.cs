using System.Runtime.CompilerServices;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Why reading stopped at a place in a segment.</summary>
/// <param name="State">What is wrong there.</param>
/// <param name="Damaged">The id of the frame, where its header is intact.</param>
/// <param name="Next">Where the next intact header stands, or the limit when there is none.</param>
/// <param name="NextId">The id in that header; null when there is none.</param>
internal readonly record struct SegmentDamage(FrameState State, RecordId? Damaged, long Next, RecordId? NextId)
{
    public string Reason => State switch
    {
        FrameState.BadBody => "the record's checksum does not match its content",
        FrameState.Incomplete => "the record is cut short",
        _ => "the record's header is damaged",
    };
}

/// <summary>
/// Reads intact frames of one segment forward in pages, and finds the way on behind damage. Every user of a segment
/// (cursors, recovery, the verifier, the index) reads through this.
/// </summary>
internal sealed class SegmentReader(IDiskFile file, SegmentName name, PageBuffer buffer) : IDisposable
{
    public SegmentName Name { get; } = name;

    public IDiskFile File { get; } = file;

    /// <summary>Everything before has been read or skipped.</summary>
    public long Offset { get; private set; } = SegmentHeader.Bytes;

    public void Seek(long offset) => Offset = offset;

    /// <summary>
    /// The intact frames from <see cref="Offset"/> on, as many as a page holds, never behind <paramref name="limit"/>. None: the
    /// limit is reached, or damage stands at <see cref="Offset"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlyMemory<byte> ReadFrames(long limit, out int count, out RecordId last)
    {
        count = 0;
        last = default;
        int needed = buffer.PageBytes;
        while (true)
        {
            int wanted = (int)Math.Min(needed, limit - Offset);
            if (wanted <= 0) return default;
            Memory<byte> page = buffer.Take(wanted);
            int read = File.Read(page.Span, Offset);
            ReadOnlySpan<byte> rest = page.Span[..read];
            int taken = 0;
            FrameState state;
            int length;
            while ((state = Frame.Check(rest[taken..], Name.Salt, Offset + taken, out length)) == FrameState.Intact)
            {
                last = FrameLayout.ReadId(rest[taken..]);
                taken += length;
                count++;
            }

            if (count > 0)
            {
                Offset += taken;
                return page[..taken];
            }

            // One record larger than the page: read it whole. Anything else that is not intact is for the caller to look at.
            if (state != FrameState.Incomplete || length <= needed || Offset + length > limit) return default;
            needed = length;
        }
    }

    /// <summary>What is wrong at <see cref="Offset"/>, where <see cref="ReadFrames"/> gave nothing before the limit.</summary>
    public SegmentDamage Examine(long limit)
    {
        Span<byte> header = stackalloc byte[FrameLayout.HeaderBytes];
        int wanted = (int)Math.Min(header.Length, limit - Offset);
        int read = File.Read(header[..wanted], Offset);
        if (read == header.Length && Frame.HeaderIsIntact(header, Name.Salt, Offset))
        {
            long next = Offset + FrameLayout.HeaderBytes + FrameLayout.BodyLength(header);
            RecordId damaged = FrameLayout.ReadId(header);
            if (next < limit) return FindHeader(next, limit) with { State = FrameState.BadBody, Damaged = damaged };
            return new(next == limit ? FrameState.BadBody : FrameState.Incomplete, damaged, limit, null);
        }

        SegmentDamage found = FindHeader(Offset + 1, limit);
        return read < header.Length && found.NextId is null ? found with { State = FrameState.Incomplete } : found;
    }

    /// <summary>Whether no intact frame at all stands behind the damage at <see cref="Offset"/>: a header alone may belong to a write that was torn.</summary>
    public bool EndsHere(long limit)
    {
        long start = Offset;
        try
        {
            while (Offset < limit)
            {
                Seek(Examine(limit).Next);
                _ = ReadFrames(limit, out int count, out _);
                if (count > 0) return false;
            }

            return true;
        }
        finally
        {
            Seek(start);
        }
    }

    public void Dispose() => File.Dispose();

    /// <summary>The first intact frame header at or behind an offset.</summary>
    private SegmentDamage FindHeader(long from, long limit)
    {
        ReadOnlySpan<byte> magic = "WREC"u8;
        for (long at = from; limit - at >= FrameLayout.HeaderBytes;)
        {
            Memory<byte> page = buffer.Take((int)Math.Min(buffer.PageBytes, limit - at));
            int read = File.Read(page.Span, at);
            ReadOnlySpan<byte> window = page.Span[..read];
            if (window.Length < FrameLayout.HeaderBytes) break;
            int skipped = 0;
            while (true)
            {
                int hit = window[skipped..].IndexOf(magic);
                if (hit < 0)
                {
                    skipped = Math.Max(skipped, window.Length - magic.Length + 1);
                    break;
                }

                skipped += hit;
                if (window.Length - skipped < FrameLayout.HeaderBytes) break;
                ReadOnlySpan<byte> candidate = window[skipped..];
                if (Frame.HeaderIsIntact(candidate, Name.Salt, at + skipped))
                    return new(FrameState.BadHeader, null, at + skipped, FrameLayout.ReadId(candidate));
                skipped++;
            }

            if (skipped == 0 || read < page.Length) break;
            at += skipped;
        }

        return new(FrameState.BadHeader, null, limit, null);
    }
}
