using Weir.Feed.Redis.Servers;
using Weir.Feed.Redis.Topics;

namespace Weir.Feed.Redis.Watching;

/// <summary>Where each topic under a prefix ends at one moment.</summary>
internal sealed class TopicEnds(IReadOnlyDictionary<string, RecordId> ends)
{
    public IReadOnlyDictionary<string, RecordId> Ends { get; } = ends;

    public static async Task<TopicEnds> LookAsync(string prefix, RedisClient client, TopicScan scan, TopicDescriber describer, CancellationToken cancellationToken)
    {
        List<string> topics = await scan.ListAsync(prefix, cancellationToken);
        var ends = new Dictionary<string, RecordId>(topics.Count);
        RecordId[] found = await Task.WhenAll(topics.Select(topic => describer.LastIdAsync(topic, cancellationToken)));
        for (int i = 0; i < found.Length; i++) ends[topics[i]] = found[i];
        return new(ends);
    }

    /// <summary>Whether a topic has come or gone or has another end.</summary>
    public bool Differs(TopicEnds other)
    {
        if (Ends.Count != other.Ends.Count) return true;
        foreach ((string topic, RecordId end) in Ends)
        {
            if (!other.Ends.TryGetValue(topic, out RecordId otherEnd) || otherEnd != end) return true;
        }

        return false;
    }
}
