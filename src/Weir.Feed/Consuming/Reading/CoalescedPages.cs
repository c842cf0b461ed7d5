namespace Weir.Feed.Consuming;

/// <summary>Takes several pages of one topic and makes one of what its rule leaves of them.</summary>
internal sealed class CoalescedPages(IRecordCoalescer coalescer, RecordFilter filter)
{
    /// <summary>What is read for one page at most.</summary>
    private const long MaxReadBytes = 4 * 1024 * 1024;

    private readonly RecordBatch _output = new();

    /// <summary>Everything that is there now, or as much as a page may be made of; null when there is nothing.</summary>
    public async ValueTask<SharedPage?> TakeAsync(TopicPlace place, CancellationToken cancellationToken)
    {
        _output.Clear();
        RecordId after = place.Place;
        long read = 0;
        FeedGap? gap = null;
        while (read < MaxReadBytes && await place.TakeAsync(cancellationToken) is { } page)
        {
            if (page.Gap is not null && read > 0)
            {
                // A gap is told before the first record behind it: that is the next page's.
                page.Release();
                break;
            }

            gap = page.Gap;
            Add(page, after);
            read += Math.Max(page.Length, 1);
            place.MoveTo(page.Last);
            page.Release();
        }

        if (read == 0) return null;
        coalescer.Flush(_output);
        return SharedPage.Copy(new RecordPage(_output.FrameMemory, _output.Count, gap), after, place.Place);
    }

    private void Add(SharedPage page, RecordId after)
    {
        foreach (RecordView record in new RecordPage(page.Frames, page.Count, null))
        {
            if (record.Id > after && filter.Matches(record)) coalescer.Add(record, _output);
        }
    }
}
