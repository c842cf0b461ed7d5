namespace Weir.Hsm.Top;

/// <summary>Puts rows in order; rows that are equal in it are ordered by their names, so that they do not change places.</summary>
internal sealed class TopRowOrder(TopSort sort, bool isReversed) : IComparer<TopRow>
{
    public int Compare(TopRow? x, TopRow? y)
    {
        if (x is null || y is null) return Comparer<object>.Default.Compare(x, y);
        int order = sort switch
        {
            TopSort.Count => y.Count.CompareTo(x.Count),
            TopSort.Diff => Math.Abs(y.Difference).CompareTo(Math.Abs(x.Difference)),
            TopSort.Rate => (y.InPerSecond + y.OutPerSecond).CompareTo(x.InPerSecond + x.OutPerSecond),
            TopSort.Oldest => (x.OldestSince ?? DateTimeOffset.MaxValue).CompareTo(y.OldestSince ?? DateTimeOffset.MaxValue),
            _ => CompareNames(x, y),
        };
        if (isReversed) order = -order;
        return order != 0 ? order : CompareNames(x, y);
    }

    private static int CompareNames(TopRow x, TopRow y)
    {
        int order = string.CompareOrdinal(x.Mdt, y.Mdt);
        if (order == 0) order = (x.ArchiveId ?? 0).CompareTo(y.ArchiveId ?? 0);
        if (order == 0) order = string.CompareOrdinal(x.Action, y.Action);
        return order != 0 ? order : string.CompareOrdinal(x.Status, y.Status);
    }
}
