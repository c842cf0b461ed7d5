namespace Weir.Feed.Consuming;

/// <summary>What one round of the keeper did.</summary>
/// <param name="Aborted">Consumers that were aborted.</param>
/// <param name="Trimmed">Topics that were trimmed.</param>
/// <param name="FeedBytes">Bytes that all topics take afterwards.</param>
/// <param name="IsAboveMark">Whether that, or the disk's free room, is still past a mark.</param>
public sealed record RetentionReport(IReadOnlyList<ConsumerInfo> Aborted, IReadOnlyList<TopicTrim> Trimmed, long FeedBytes, bool IsAboveMark);

/// <summary>How far a topic was trimmed.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="From">The first record that could be read before.</param>
/// <param name="Below">Everything below this went.</param>
/// <param name="Records">How many records went.</param>
/// <param name="Reason">What set the place, in words.</param>
public sealed record TopicTrim(string Topic, RecordId From, RecordId Below, long Records, string Reason);
