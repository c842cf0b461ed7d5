using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>Takes what is left of records after coalescing, in the order of their indices.</summary>
public interface ICoalescedSink
{
    /// <summary>The record is valid during the call only.</summary>
    void Take(ChangelogRecord record);
}
