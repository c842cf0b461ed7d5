using Weir.Changelogs.Records;
using Weir.Feed;

namespace Weir.Changelogs.Coalescing;

/// <summary>How far coalescing looks back.</summary>
public sealed record CoalescerOptions
{
    public static CoalescerOptions Default { get; } = new();

    /// <summary>Records in the window at most; when it is full, the quarter that was touched longest ago leaves it.</summary>
    public int WindowRecords { get; init; } = 65_536;

    /// <summary>Bytes that a record takes on average; the window holds as many bytes as records times this.</summary>
    public int AverageRecordBytes { get; init; } = 256;

    /// <summary>
    /// The last record that an earlier run may have given out and not acknowledged: a file's creation that went out then must not
    /// be swallowed now, together with its removal. A reader that starts again after a crash, and does not keep its
    /// acknowledgement together with what it made of the records, sets the last index there is when it starts; 0: no run was before.
    /// </summary>
    public ulong AlreadyGivenUpTo { get; init; }

    /// <summary>
    /// These options for a consumer that opens its topic, for the first time or again: what an earlier opening gave out cannot lie
    /// behind what the topic holds now.
    /// </summary>
    /// <param name="topic">The topic when it was opened; null: there is none yet.</param>
    public CoalescerOptions OnOpening(TopicInfo? topic) => this with { AlreadyGivenUpTo = topic is null ? 0 : ChangelogTopic.IndexOf(topic.LastId) };
}

/// <summary>What a coalescer has done since it was made.</summary>
/// <param name="Taken">Records that came in.</param>
/// <param name="Given">Records that went out.</param>
/// <param name="Collapsed">Records of files that were made and removed within the window.</param>
/// <param name="Merged">Records whose change a later one of the same file says too.</param>
/// <param name="Cancelled">Links and their removals.</param>
public readonly record struct CoalescerCounts(long Taken, long Given, long Collapsed, long Merged, long Cancelled);
