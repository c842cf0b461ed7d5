using Weir.Feed.Consuming;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>retention</c>: what the feed keeps when no consumer needs it any more.</summary>
public sealed class RetentionSection
{
    private const string Section = "retention";
    private const int MostRules = 256;

    /// <summary>
    /// The first rule whose topics match counts; a topic that none matches is kept whole. What the coordinator tells of each request is for who
    /// looks at it soon; everything else waits for somebody's word.
    /// </summary>
    public IReadOnlyList<TopicRetention> Topics { get; set; } =
        [new(TopicSelection.Parse("coordinator:events")) { MaxAge = TimeSpan.FromDays(30), MaxBytes = 4L * 1024 * 1024 * 1024 }];

    /// <summary>With more bytes than this in the whole feed, what no consumer needs goes first, then the consumer that holds the most; 0: no mark.</summary>
    public long HighWaterBytes { get; set; }

    /// <summary>The same with less free on the feed's disk; 0: no floor.</summary>
    public long MinFreeBytes { get; set; }

    /// <summary>How long a mark may be passed before a consumer is aborted for it.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>From the end of one round to the start of the next.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(
            Section, "topics", "What topics keep for nobody: each 'TOPIC [age=30d] [bytes=10G] [records=1000000]'; TOPIC may end with a star; the first that matches counts. Other topics are kept whole, and so is the coordinator's journal always.",
            MostRules, item => RetentionRule.Parse(item, out string problem) is null ? problem : null,
            (options, items) => options.Retention.Topics = [.. items.Select(item => RetentionRule.Parse(item, out _)!)], options => [.. options.Retention.Topics.Select(RetentionRule.Format)]),
        ConfigurationKey.Size(Section, "high_water", "With more bytes than this in the feed, what no consumer needs is trimmed whatever its topic's rule, and then the consumer that holds the most is aborted (0: no mark).",
            (options, bytes) => options.Retention.HighWaterBytes = bytes, options => options.Retention.HighWaterBytes),
        ConfigurationKey.Size(Section, "min_free", "The same with fewer bytes free on the feed's disk (0: no floor).", (options, bytes) => options.Retention.MinFreeBytes = bytes, options => options.Retention.MinFreeBytes),
        ConfigurationKey.Time(
            Section, "patience", "How long a mark may be passed before a consumer is aborted for it.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30),
            (options, value) => options.Retention.Patience = value, options => options.Retention.Patience),
        ConfigurationKey.Time(
            Section, "interval", "From the end of one round to the start of the next.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1),
            (options, value) => options.Retention.Interval = value, options => options.Retention.Interval),
    ];
}
