using Weir.Feed;

namespace Weir.Hsm.Following;

/// <summary>How many records of a topic lie up to which id, a thousand records apart: enough to count any front of it by reading one page.</summary>
internal sealed class PageCounts
{
    private const int MinRecords = 1024;

    private readonly List<(RecordId Last, long Records)> _marks = [];
    private long _total;
    private long _sinceMark;

    /// <summary>Takes in the next records of the topic.</summary>
    public void Add(RecordId last, int records)
    {
        _total += records;
        _sinceMark += records;
        if (_sinceMark < MinRecords) return;
        _marks.Add((last, _total));
        _sinceMark = 0;
    }

    /// <summary>The last marked id below <paramref name="below"/>, and how many records lie up to it.</summary>
    public (RecordId Last, long Records) Floor(RecordId below)
    {
        int low = 0;
        int high = _marks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_marks[middle].Last < below) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? (RecordId.Zero, 0) : _marks[low - 1];
    }

    /// <summary>Forgets what is trimmed: so many records, all below the id.</summary>
    public void Trim(RecordId below, long records)
    {
        _marks.RemoveAll(mark => mark.Last < below);
        for (int i = 0; i < _marks.Count; i++) _marks[i] = (_marks[i].Last, _marks[i].Records - records);
        _total -= records;
    }

    public void Clear()
    {
        _marks.Clear();
        _total = _sinceMark = 0;
    }
}
