namespace Weir.Feed;

/// <summary>Reads one topic forward. Not thread-safe: one reader, one cursor.</summary>
public interface ITopicCursor : IAsyncDisposable
{
    string Topic { get; }

    /// <summary>Everything up to here has been read or was a gap.</summary>
    RecordId Position { get; }

    /// <summary>
    /// The next records, or an empty page when there are none now. A page that follows damage carries the gap.
    /// Completes synchronously where the engine can.
    /// </summary>
    /// <exception cref="FeedException">The topic cannot be read; the message says why.</exception>
    ValueTask<RecordPage> ReadAsync(CancellationToken cancellationToken = default);
}

/// <summary>How a cursor reads.</summary>
public sealed record CursorOptions
{
    public static CursorOptions Default { get; } = new();

    /// <summary>About how many bytes a page holds; one record larger than this still comes whole.</summary>
    public int PageBytes { get; init; } = 1024 * 1024;
}

/// <summary>Tells when reading again may give something new.</summary>
public interface IFeedWatch : IDisposable
{
    /// <summary>
    /// Completes when a watched topic has, or may have, more than when this watch last completed (or was made): read
    /// everything first, then wait. It may complete early; it never misses a change.
    /// </summary>
    ValueTask WaitAsync(CancellationToken cancellationToken = default);
}
