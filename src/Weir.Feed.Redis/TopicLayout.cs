namespace Weir.Feed.Redis;

/// <summary>
/// Which fields an entry has. Topics of the HSM action stream have the one field <c>data</c>, as the tools that share the
/// server know it; all others have <c>type</c>, <c>source</c>, <c>subject</c> and <c>data</c>, always in this order, since
/// Redis stores entries with the same fields as differences.
/// </summary>
internal static class TopicLayout
{
    public static bool IsAction(string topic, string actionPrefix) =>
        topic.StartsWith(actionPrefix, StringComparison.Ordinal)
        && (topic.Length == actionPrefix.Length || topic[actionPrefix.Length] == ':');
}
