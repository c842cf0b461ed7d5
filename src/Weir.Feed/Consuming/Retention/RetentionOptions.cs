using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.Feed.Consuming;

/// <summary>How long the records of some topics are kept when nobody needs them any more.</summary>
/// <param name="Topics">Which topics.</param>
public sealed record TopicRetention(TopicSelection Topics)
{
    /// <summary>Older records go; null: age does not matter.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The oldest go while the topic has more bytes than this; null: size does not matter.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>The oldest go while the topic has more records than this; null: their number does not matter.</summary>
    public long? MaxRecords { get; init; }
}

/// <summary>What the keeper of retention goes by.</summary>
public sealed record RetentionOptions
{
    /// <summary>The first whose topics match counts. A topic that none matches is not trimmed by the keeper, whatever happens.</summary>
    public IReadOnlyList<TopicRetention> Topics { get; init; } = [];

    /// <summary>Topics that are somebody's state, which trims them itself: no rule and no mark lets anything of them go.</summary>
    public IReadOnlyCollection<string> Untouched { get; init; } = [];

    /// <summary>
    /// Above this many bytes in all topics together, what consumers do not need is trimmed whatever its topic's retention says; and when that
    /// does not help for <see cref="Patience"/>, the consumer that holds the most is aborted, then the next. 0: no such mark.
    /// </summary>
    public long HighWaterBytes { get; init; }

    /// <summary>The same where the disk has fewer bytes free than this. 0: no floor. Without effect where the engine cannot tell (Redis).</summary>
    public long MinFreeBytes { get; init; }

    /// <summary>How long the mark may be passed, and appends be refused, before a consumer is aborted for it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the end of one round to the start of the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Free bytes on the feed's disk; null where that cannot be told.</summary>
    public Func<long>? FreeBytes { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
