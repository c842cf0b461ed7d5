using Weir.Feed;

namespace Weir.Hsm.Maintenance;

/// <summary>What a round did to one topic.</summary>
/// <param name="Decision">How far the topic may be trimmed.</param>
/// <param name="Removed">Records that were removed; in a dry run those that would have been.</param>
/// <param name="Left">Records that are left, or would be.</param>
public sealed record TopicRound(TrimDecision Decision, long Removed, long Left);

/// <summary>What one round of the janitor did.</summary>
public sealed record JanitorReport
{
    public required DateTimeOffset At { get; init; }

    public bool IsDryRun { get; init; }

    public required IReadOnlyList<TopicRound> Topics { get; init; }

    /// <summary>What was known to be missing from a topic; null nearly always.</summary>
    public FeedGap? Gap { get; init; }

    public long Removed => Topics.Sum(topic => topic.Removed);

    public long Live => Topics.Sum(topic => topic.Decision.Live);

    public long Stale => Topics.Sum(topic => topic.Decision.Stale);
}
