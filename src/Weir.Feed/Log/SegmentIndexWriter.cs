using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>
/// Writes the sparse index of a segment as frames go by. A failing write stops the index, never the log: readers scan what
/// it does not say, and the next start writes it again.
/// </summary>
internal sealed class SegmentIndexWriter : IDisposable
{
    private readonly ulong _salt;
    private readonly int _intervalBytes;
    private IDiskFile? _file;
    private int _slot;
    private long _nextOffset;

    public SegmentIndexWriter(IDisk disk, string path, ulong salt, int intervalBytes)
    {
        _salt = salt;
        _intervalBytes = intervalBytes;
        _nextOffset = SegmentHeader.Bytes + intervalBytes;
        try
        {
            _file = disk.OpenWrite(path);
            _file.Truncate(0);
        }
        catch (IOException)
        {
            Dispose();
        }
    }

    /// <summary>Called for each frame, before its record is counted.</summary>
    public void Passed(RecordId id, long offset, long ordinal)
    {
        if (offset < _nextOffset) return;
        _nextOffset = offset + _intervalBytes;
        Add(new(id, offset, ordinal, IsClosing: false));
    }

    /// <summary>What was written so far, for <see cref="Rewind"/>.</summary>
    public (int Slot, long NextOffset) Mark() => (_slot, _nextOffset);

    /// <summary>The frames since the mark are cut away again, so the entries since then are written over.</summary>
    public void Rewind((int Slot, long NextOffset) mark) => (_slot, _nextOffset) = mark;

    /// <summary>Called when the segment is sealed.</summary>
    public void Close(RecordId last, long end, long count)
    {
        if (count > 0) Add(new(last, end, count, IsClosing: true));
        Dispose();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Add(IndexEntry entry)
    {
        if (_file is null) return;
        try
        {
            SegmentIndex.Write(_file, _slot, _salt, entry);
            _slot++;
        }
        catch (IOException)
        {
            Dispose();
        }
    }
}
