namespace Weir.Feed.Consuming;

/// <summary>
/// What of a kind of topic may be left out for consumers who want to know how things are, and not each step on the way there. Rooms that
/// write such topics have one, and hand it to <see cref="ConsumerRegistryOptions.Coalescing"/>.
/// </summary>
public interface ICoalescingRule
{
    bool AppliesTo(string topic);

    /// <summary>Makes the rule for one reader of one topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="alreadyGivenUpTo">What stands up to here may have been given to the consumer before, by a reader that ended without an acknowledgement.</param>
    IRecordCoalescer Create(string topic, RecordId alreadyGivenUpTo);
}

/// <summary>
/// Leaves out records that later ones make needless, within a window of bounded size. Records go out with their own ids, in order.
/// One reader's; not thread-safe.
/// </summary>
public interface IRecordCoalescer
{
    /// <summary>Takes the next record; what leaves the window because of it is added to the output.</summary>
    void Add(RecordView record, RecordBatch output);

    /// <summary>Adds everything in the window to the output. Called before anything is given, so nothing is left out across an acknowledgement.</summary>
    void Flush(RecordBatch output);
}
