using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>One run of the verifier over one topic.</summary>
internal sealed class TopicVerification(FeedDirectory directory, string topic, ulong bootKey, IProgress<VerifyProgress>? progress)
{
    private const int PageBytes = 1024 * 1024;

    private readonly List<VerifyFinding> _findings = [];
    private readonly string _path = directory.TopicPath(topic);
    private long _omitted;
    private long _records;
    private long _doneBytes;
    private long _totalBytes;
    private RecordId _last;

    public VerifyReport Run(CancellationToken cancellationToken)
    {
        TopicTail tail = TopicTail.Read(directory, topic, bootKey);
        ReadOnlySpan<SegmentName> segments = tail.Segments;
        foreach (SegmentName name in segments) _totalBytes += LengthOf(name.FileName);
        for (int i = 0; i < segments.Length; i++)
        {
            if (i == 0) VerifyStart(segments[0]);
            else if (segments[i].After > _last && !EndsWithFinding(segments[i - 1])) MissingBetween(segments[i - 1], segments[i]);
            if (segments[i].After > _last) _last = segments[i].After;
            VerifySegment(segments[i], tail, i, cancellationToken);
        }

        VerifyOtherFiles();
        return new(topic, _records, _doneBytes, _findings, _omitted);
    }

    /// <summary>Trimming leaves the segment in which the low-water mark lies, so a first segment above the mark is not the first there was.</summary>
    private void VerifyStart(SegmentName first)
    {
        if (first.After != RecordId.Zero && new Marks(directory, new() { Directory = directory.Root, Disk = directory.Disk }).LowWater(topic) <= first.After)
            Add(VerifyFindingKind.MissingSegment, null, null, first.FileName, -1, -1, $"records up to {first.After} should stand before this segment, or the low-water mark that hides them is lost");
        _last = first.After;
    }

    private void VerifySegment(SegmentName name, TopicTail tail, int place, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_path, name.FileName);
        using IDiskFile? file = directory.Disk.OpenRead(path);
        if (file is null) return; // trimmed meanwhile
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        if (SegmentHeader.Check(header[..file.Read(header, 0)], name, path) is { } wrong)
            Add(VerifyFindingKind.DamagedSegmentHeader, null, null, name.FileName, 0, SegmentHeader.Bytes, wrong);

        long length = file.Length;
        long limit = tail.Limit(place, length);
        var reader = new SegmentReader(file, name, new PageBuffer(PageBytes));
        long count = 0;
        while (reader.Offset < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _ = reader.ReadFrames(limit, out int read, out RecordId last);
            if (read > 0)
            {
                _last = last;
                count += read;
            }
            else
            {
                NoteDamage(reader, limit, tail.IsLast(place) && tail.State is null);
            }

            progress?.Report(new(_doneBytes + Math.Min(reader.Offset, length), _totalBytes));
        }

        _doneBytes += length;
        _records += count;
        VerifyIndex(name, length, tail.IsLast(place));
    }

    private void NoteDamage(SegmentReader reader, long limit, bool mayBeTorn)
    {
        long offset = reader.Offset;
        SegmentDamage damage = reader.Examine(limit);
        string file = reader.Name.FileName;
        long bytes = damage.Next - offset;
        if (mayBeTorn && IsTorn(reader, damage, limit))
        {
            Add(VerifyFindingKind.TornTail, null, null, file, offset, limit - offset, "no whole record stands here; the next writer cuts these bytes away");
            reader.Seek(limit);
            return;
        }

        if (damage.Damaged is { } id)
        {
            Add(VerifyFindingKind.DamagedRecord, id, damage.NextId, file, offset, bytes, damage.Reason);
        }
        else if (FlippedBit.Find(reader.File, reader.Name.Salt, offset) is { } flipped)
        {
            Add(VerifyFindingKind.DamagedHeader, flipped.Id, damage.NextId, file, offset, bytes, $"bit {flipped.Bit} of byte {flipped.Byte} of the record's header is flipped");
        }
        else
        {
            Add(VerifyFindingKind.DamagedHeader, null, damage.NextId, file, offset, bytes, damage.Reason);
        }

        if (damage.Damaged is { } known && known > _last) _last = known;
        reader.Seek(damage.Next);
    }

    /// <summary>A write cut short, not a record that was whole once: that one has its full length, and a flipped bit explains what is wrong.</summary>
    private static bool IsTorn(SegmentReader reader, in SegmentDamage damage, long limit) => reader.EndsHere(limit)
        && (damage.State == FrameState.Incomplete || (damage.Damaged is null && FlippedBit.Find(reader.File, reader.Name.Salt, reader.Offset) is null));

    private void VerifyIndex(SegmentName name, long length, bool isLast)
    {
        using IDiskFile? file = directory.Disk.OpenRead(Path.Combine(_path, name.IndexName));
        if (file is null)
        {
            if (!isLast) Add(VerifyFindingKind.DamagedDerivedFile, null, null, name.IndexName, -1, -1, "the index of a sealed segment is missing; reading is slower without it");
            return;
        }

        int entries = SegmentIndex.Load(directory.Disk, Path.Combine(_path, name.IndexName), name.Salt).Entries.Count;
        long intact = (long)entries * SegmentIndex.EntryBytes;
        bool isComplete = intact == file.Length;
        if (!isComplete && !isLast)
            Add(VerifyFindingKind.DamagedDerivedFile, null, null, name.IndexName, intact, file.Length - intact, "the index is damaged from here on; it is passed over");
        if (isLast && file.Length - intact >= SegmentIndex.EntryBytes && length > SegmentHeader.Bytes)
            Add(VerifyFindingKind.DamagedDerivedFile, null, null, name.IndexName, intact, file.Length - intact, "the index is damaged from here on; the next writer writes it again");
    }

    private void VerifyOtherFiles()
    {
        foreach (string entry in directory.Disk.List(_path))
        {
            string path = Path.Combine(_path, entry);
            bool isOurs = entry is FeedDirectory.LockName or FeedDirectory.MarksLockName
                || entry.EndsWith(SmallFile.TemporarySuffix, StringComparison.Ordinal)
                || entry.EndsWith(".idx", StringComparison.Ordinal)
                || SegmentName.TryParse(entry, out _);
            if (isOurs) continue;
            if (entry == FeedDirectory.LowWaterName) VerifyMark(path, entry);
            else if (entry == FeedDirectory.TailName) VerifyTail(path, entry);
            else Add(VerifyFindingKind.UnknownFile, null, null, entry, -1, -1, "no file of a feed has this name");
        }
    }

    private void VerifyMark(string path, string name)
    {
        if (Marks.IsIntact(directory.Disk, path) == false)
            Add(VerifyFindingKind.DamagedMark, null, null, name, -1, -1, "the mark is damaged; it hides nothing until it is written again");
    }

    private void VerifyTail(string path, string name)
    {
        if (!TailFile.IsIntact(directory.Disk, path))
            Add(VerifyFindingKind.DamagedDerivedFile, null, null, name, -1, -1, "the published end is damaged; readers find the end by the records themselves");
    }

    private void MissingBetween(SegmentName before, SegmentName after) => Add(
        VerifyFindingKind.MissingSegment, null, null, before.FileName, -1, -1, $"records up to {after.After} should stand between this segment and {after.FileName}");

    /// <summary>Damage at a segment's very end is a finding already and explains why it ends early.</summary>
    private bool EndsWithFinding(SegmentName segment) =>
        _findings.Count > 0 && _findings[^1].File == segment.FileName && _findings[^1] is { LosesRecords: true, Before: null };

    private long LengthOf(string name)
    {
        using IDiskFile? file = directory.Disk.OpenRead(Path.Combine(_path, name));
        return file?.Length ?? 0;
    }

    private void Add(VerifyFindingKind kind, RecordId? record, RecordId? before, string file, long offset, long bytes, string detail)
    {
        if (_findings.Count < LogVerifier.MaxFindings) _findings.Add(new(topic, kind, record, _last, before, file, offset, bytes, detail));
        else _omitted++;
    }
}
