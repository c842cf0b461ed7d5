using Weir.Feed;
using Weir.Hsm.Live;
using Weir.Hsm.Replaying;

namespace Weir.Hsm.Stats;

/// <summary>Replays every action topic under a prefix, in either layout, and counts what is live.</summary>
public sealed class StatsCollector(IFeedEngine engine, string prefix = ActionTopics.DefaultPrefix, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <exception cref="FeedException">A topic cannot be read.</exception>
    public async Task<ActionStats> CollectAsync(CancellationToken cancellationToken = default)
    {
        var replay = new TopicReplay(engine, prefix);
        IReadOnlyList<string> topics = await replay.RunAsync(cancellationToken);
        DateTimeOffset now = _time.GetUtcNow();
        var streams = new List<StreamStats>(topics.Count);
        long entries = 0;
        foreach (string topic in topics)
        {
            TopicInfo? info = await engine.DescribeAsync(topic, cancellationToken);
            streams.Add(Describe(topic, info, now));
            entries += info?.Count ?? 0;
        }

        var tally = new ActionTally();
        foreach (MdtActions mdt in replay.Live.Mdts) tally.Add(mdt);
        return new()
        {
            TotalLiveActions = tally.Total,
            OldestLiveActionAgeSeconds = tally.OldestFirstSeen is { } oldest ? Math.Max(0, now.ToUnixTimeSeconds() - oldest) : 0,
            TotalEventsReplayed = replay.Records,
            TotalStreamEntries = entries,
            Streams = streams,
            Breakdown = tally.ToSorted(),
            Unreadable = replay.Live.Unreadable,
            Gaps = replay.Gaps,
        };
    }

    private StreamStats Describe(string topic, TopicInfo? info, DateTimeOffset now)
    {
        string mdt = ActionTopics.MdtOf(prefix, topic);
        return info is { Count: > 0 } ? new(mdt, info.Count, Age(info.FirstId, now), Age(info.LastId, now)) : new(mdt, 0, 0, 0);
    }

    private static long Age(RecordId id, DateTimeOffset now) => Math.Max(0, (long)(now - id.Time).TotalSeconds);
}
