namespace Weir.Feed.Consuming;

/// <summary>How much memory readers share.</summary>
public sealed record FanOutOptions
{
    public static FanOutOptions Default { get; } = new();

    /// <summary>About how many bytes are read at once for readers who are at the front of a topic, and share what is read.</summary>
    public int PageBytes { get; init; } = 256 * 1024;

    /// <summary>The same for one who is behind the others, and reads for himself until he has caught up.</summary>
    public int LaggingPageBytes { get; init; } = 32 * 1024;

    /// <summary>How much of a topic is kept for readers who are a little behind the first, in bytes.</summary>
    public int KeptBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>How often, at most, the names of topics are looked through for new ones.</summary>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromSeconds(1);
}
