namespace Weir.Feed.Consuming;

/// <summary>What a consumer is at.</summary>
public enum ConsumerState
{
    /// <summary>What it has not acknowledged is kept for it.</summary>
    Active = 0,

    /// <summary>It went past a limit. Nothing is kept for it, and its next call is told what it lost.</summary>
    Aborted = 1,

    /// <summary>Its document is damaged: what it asked for is not known. What its positions say it needs is kept until it is unregistered.</summary>
    Damaged = 2,
}

/// <summary>A consumer as the feed knows it.</summary>
public sealed record ConsumerInfo
{
    public required ConsumerRegistration Registration { get; init; }

    public string Name => Registration.Name;

    public required ConsumerState State { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it last read or acknowledged, as far as that was noted: to the minute, or a tenth of its abort_timeout.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Who reads, or read last, as it; null when nobody ever did.</summary>
    public ReaderSession? Reader { get; init; }

    /// <summary>Why and when it was aborted, and what it lost; null unless it was.</summary>
    public ConsumerAbort? Abort { get; init; }

    /// <summary>Different for each registration, also under the same name.</summary>
    internal string Incarnation { get; init; } = "";

    /// <summary>The document that says all this.</summary>
    internal FeedDocument? Document { get; init; }
}

/// <summary>One opening of a consumer for reading. A later one takes over from an earlier one.</summary>
/// <param name="Number">Counts the openings, from 1.</param>
/// <param name="Owner">Who opened it, e.g. a process.</param>
/// <param name="Since">When.</param>
public sealed record ReaderSession(long Number, string Owner, DateTimeOffset Since);

/// <summary>Why a consumer is not kept any more.</summary>
/// <param name="Reason">Which limit, in words.</param>
/// <param name="At">When.</param>
/// <param name="Losses">What it had not acknowledged then, for each topic in which that was something.</param>
public sealed record ConsumerAbort(string Reason, DateTimeOffset At, IReadOnlyList<ConsumerLoss> Losses);

/// <summary>What a consumer lost of one topic. Some of it may still be readable: it is only not kept for it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="FirstId">The first record that it had not acknowledged.</param>
/// <param name="LastId">The last.</param>
/// <param name="Records">How many; an estimate on some engines.</param>
public sealed record ConsumerLoss(string Topic, RecordId FirstId, RecordId LastId, long Records);

/// <summary>How far a consumer is behind.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="Topics">Each of its topics, with what lies behind its position.</param>
/// <param name="At">When it was measured.</param>
public sealed record ConsumerBacklog(ConsumerInfo Consumer, IReadOnlyList<ConsumerTopicBacklog> Topics, DateTimeOffset At)
{
    /// <summary>Records that it has not acknowledged, those that its filter passes over included.</summary>
    public long Records => Topics.Sum(static topic => topic.Behind.Records);

    /// <summary>Bytes that they take.</summary>
    public long SizeBytes => Topics.Sum(static topic => topic.Behind.SizeBytes);

    /// <summary>How old the oldest of them is, by its id; zero when there is none.</summary>
    public TimeSpan Age => Topics.Count == 0 ? TimeSpan.Zero : Topics.Max(topic => topic.Behind.Age(At));

    /// <summary>Whether all records were counted, rather than estimated.</summary>
    public bool IsExact => Topics.All(static topic => topic.Behind.IsExact);
}

/// <summary>How far a consumer is behind in one topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Position">Up to where it has acknowledged; null when it has not acknowledged anything there.</param>
/// <param name="Behind">What it has not acknowledged: its first and last id, and how much there is.</param>
public sealed record ConsumerTopicBacklog(string Topic, RecordId? Position, TopicBacklog Behind);
