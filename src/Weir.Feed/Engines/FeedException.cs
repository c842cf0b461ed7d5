namespace Weir.Feed;

/// <summary>A feed cannot do what was asked. The message says what, where and what to do.</summary>
public class FeedException : IOException
{
    public FeedException(string message) : base(message) { }

    public FeedException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>The feed's server cannot be reached or is not ready. Later it may be: whoever follows a feed waits and goes on.</summary>
public sealed class FeedUnavailableException(string message, Exception? inner = null) : FeedException(message, inner!)
{
    /// <summary>Between two tries. The engine has tried for a while itself before it gave up.</summary>
    public static TimeSpan RetryDelay { get; } = TimeSpan.FromSeconds(1);
}

/// <summary>There is no room for more; nothing of the append was kept.</summary>
public sealed class FeedFullException(string message, Exception? inner = null) : FeedException(message, inner!);

/// <summary>Another writer holds the topic.</summary>
public sealed class TopicLockedException(string topic, string holder)
    : FeedException($"Topic '{topic}' is being written by {holder}; a topic has one writer. Stop it, or append through it.")
{
    public string Topic { get; } = topic;

    /// <summary>Who holds the lock, as far as it is known.</summary>
    public string Holder { get; } = holder;
}

/// <summary>A flush to the disk failed, so what the topic's end holds is not known; it must be opened again.</summary>
public sealed class TopicPoisonedException(string message, Exception? inner = null) : FeedException(message, inner!);

/// <summary>An id of the caller's own is not above the topic's last.</summary>
public sealed class IdNotAboveLastException(string topic, RecordId id, RecordId last)
    : FeedException($"Id {id} is not above the last id of topic '{topic}', which is {last}; nothing was appended.")
{
    public RecordId LastId { get; } = last;
}

/// <summary>The topic does not end where the caller thought.</summary>
public sealed class LastIdMismatchException(string topic, RecordId expected, RecordId last)
    : FeedException($"Topic '{topic}' ends at {last}, not at {expected} as expected; nothing was appended.")
{
    public RecordId LastId { get; } = last;
}
