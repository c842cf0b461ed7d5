namespace Weir.Feed;

/// <summary>What of a topic lies behind a place in it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="FirstId">The first record above the place; <see cref="RecordId.Zero"/> when there is none.</param>
/// <param name="LastId">The topic's last id ever; <see cref="RecordId.Zero"/> for a topic that does not exist.</param>
/// <param name="Records">Records above the place.</param>
/// <param name="SizeBytes">Bytes they take; an estimate where the engine shares them out.</param>
/// <param name="IsExact">Whether <paramref name="Records"/> was counted; otherwise it is estimated.</param>
public sealed record TopicBacklog(string Topic, RecordId FirstId, RecordId LastId, long Records, long SizeBytes, bool IsExact = true)
{
    /// <summary>How old the oldest of them is; zero when there is none.</summary>
    public TimeSpan Age(DateTimeOffset now) => FirstId == RecordId.Zero || FirstId.Time > now ? TimeSpan.Zero : now - FirstId.Time;
}
