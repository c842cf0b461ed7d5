using System.Runtime.CompilerServices;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <content>One group: ids, checksums, writes, one flush, one publication.</content>
internal sealed partial class TopicWriter
{
    private const int StagingBytes = 1024 * 1024;
    private const int DirectWriteBytes = 128 * 1024;
    private const long MaxGroupBytes = 16 * 1024 * 1024;

    private readonly byte[] _tailScratch = new byte[TailFile.Bytes];
    private byte[]? _staging;
    private int _staged;
    private long _stagedAt;
    private long _durableEnd;
    private long _durableCount;
    private RecordId _durableLastId;

    private void CommitGroup()
    {
        if (Poison is { } poison)
        {
            foreach (AppendRequest request in _group) request.Failure = poison;
            return;
        }

        SegmentState before = _segment.Capture();
        try
        {
            if (HasRecords()) RollIfFull();
            before = _segment.Capture();
            WriteGroup();
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException)
        {
            CutBack(before, failed);
            return;
        }

        if (!MustFlush()) return;
        try
        {
            FeedMetrics.Flush(_segment.File, FeedMetrics.Records);
        }
        catch (IOException failed)
        {
            PoisonBy(failed);
            return;
        }

        MarkDurable();
        TryPublish();
    }

    private void MarkDurable()
    {
        _durableEnd = _segment.End;
        _durableCount = _segment.Count;
        _durableLastId = _segment.LastId;
    }

    private void TryPublish()
    {
        try
        {
            Publish(poisoned: false);
        }
        catch (IOException failed)
        {
            // The records are durable, but readers would not see them: that is no success.
            PoisonBy(failed);
        }
    }

    private void WriteGroup()
    {
        _stagedAt = _segment.End;
        foreach (AppendRequest request in _group)
        {
            request.LastId = _segment.LastId;
            if (request.Batch is not { Count: > 0 } batch) continue;
            request.Failure = Refuse(batch, request.Options);
            if (request.Failure is not null) continue;
            Stamp(batch);
            request.LastId = _segment.LastId;
            Put(batch.Frames);
        }

        FlushStaging();
    }

    private FeedException? Refuse(RecordBatch batch, AppendOptions options)
    {
        RecordId last = _segment.LastId;
        if (options.ExpectedLastId is { } expected && expected != last) return new LastIdMismatchException(_topic, expected, last);
        if (!batch.HasOwnIds) return null;
        foreach (RecordView record in batch)
        {
            if (record.Id <= last) return new IdNotAboveLastException(_topic, record.Id, last);
            last = record.Id;
        }

        return null;
    }

    /// <summary>Gives the batch's frames their ids and their places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Stamp(RecordBatch batch)
    {
        Span<byte> rest = batch.Frames;
        bool ownIds = batch.HasOwnIds;
        long offset = _segment.End;
        ulong salt = _segment.Name.Salt;
        RecordId id = _segment.LastId;
        ulong now = (ulong)Math.Max(0, _options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        while (!rest.IsEmpty)
        {
            int length = FrameLayout.HeaderBytes + FrameLayout.BodyLength(rest);
            if (ownIds)
            {
                id = FrameLayout.ReadId(rest);
            }
            else
            {
                id = now > id.Milliseconds ? new(now, 0) : id.Next();
                FrameLayout.WriteId(rest, id);
            }

            Frame.Seal(rest, salt, offset);
            _segment.Passed(id, offset, length);
            offset += length;
            rest = rest[length..];
        }
    }

    /// <summary>Small batches are gathered to one write; a large one is written from where it lies.</summary>
    private void Put(ReadOnlySpan<byte> frames)
    {
        _staging ??= GC.AllocateUninitializedArray<byte>(StagingBytes);
        if (frames.Length >= DirectWriteBytes || frames.Length > _staging.Length - _staged) FlushStaging();
        if (frames.Length >= DirectWriteBytes)
        {
            _segment.File.Write(frames, _stagedAt);
            _stagedAt += frames.Length;
            return;
        }

        frames.CopyTo(_staging.AsSpan(_staged));
        _staged += frames.Length;
    }

    private void FlushStaging()
    {
        if (_staged == 0) return;
        int length = _staged;
        _staged = 0;
        _segment.File.Write(_staging.AsSpan(0, length), _stagedAt);
        _stagedAt += length;
    }

    private bool HasRecords()
    {
        foreach (AppendRequest request in _group)
        {
            if (request.Batch is { Count: > 0 }) return true;
        }

        return false;
    }

    private bool MustFlush()
    {
        if (_segment.End == _durableEnd) return false;
        foreach (AppendRequest request in _group)
        {
            if (request.Failure is null && request.Options.Durability == AppendDurability.Durable) return true;
        }

        return false;
    }

    private void RollIfFull()
    {
        if (_segment.End < _options.SegmentBytes) return;
        if (_segment.End > _durableEnd)
        {
            try
            {
                FeedMetrics.Flush(_segment.File, FeedMetrics.Records);
            }
            catch (IOException failed)
            {
                PoisonBy(failed);
                throw Poison!;
            }

            // Published at once: should the new segment fail, what was flushed is seen all the same.
            MarkDurable();
            TryPublish();
            if (Poison is { } unpublished) throw unpublished;
        }

        ActiveSegment next = ActiveSegment.Create(_directory, _topic, _segment.LastId, _options);
        _segment.Seal();
        _segment.Dispose();
        _segment = next;
        MarkDurable();
        TryPublish();
        if (Poison is { } poison) throw poison;
    }

    /// <summary>A write failed before any flush did: the topic is brought back to where it was, and every append of the group fails.</summary>
    private void CutBack(in SegmentState before, Exception failed)
    {
        _staged = 0;
        if (Poison is null)
        {
            _segment.ResetTo(before);
            try
            {
                _segment.File.Truncate(before.End);
                FeedLog.AppendCutBack(_options.Logger, _topic, failed.Message);
            }
            catch (IOException stuck)
            {
                PoisonBy(stuck);
            }
        }

        string place = $"topic '{_topic}' in {_directory.Root}";
        foreach (AppendRequest request in _group)
        {
            if (request.Failure is not null) continue;
            request.Failure = failed switch
            {
                TopicPoisonedException poison => poison,
                DiskFullException => new FeedFullException($"No room to append to {place}; nothing of the append was kept. Free some room, then try again.", failed),
                _ => new FeedException($"Cannot append to {place}: {failed.Message}", failed),
            };
        }
    }

    private void PoisonBy(IOException failed)
    {
        FeedLog.Poisoned(_options.Logger, _topic, _segment.Name.FileName, _durableEnd, failed.Message);
        try
        {
            Publish(poisoned: true);
        }
        catch (IOException)
        {
            // The kernel reports the failed flush to the next who flushes the file, so recovery learns of it in any case.
        }

        // Set last: from here on another thread may replace this writer.
        var poison = new TopicPoisonedException(
            $"A flush of topic '{_topic}' in {_directory.Root} failed ({failed.Message}); what was being appended may be lost. The next append opens the topic again.", failed);
        foreach (AppendRequest request in _group) request.Failure ??= poison;
        Poison = poison;
    }

    private void Publish(bool poisoned) =>
        TailFile.Write(_tail, _tailScratch, new(_segment.Name.Salt, _durableEnd, _durableLastId, _durableCount, poisoned), _bootKey);
}
