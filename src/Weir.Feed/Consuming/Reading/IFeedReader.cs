namespace Weir.Feed.Consuming;

/// <summary>
/// Reads several topics of a feed, each in its own order and in turns; there is no order between topics. One call at a time, except
/// that disposing may interrupt a wait.
/// </summary>
public interface IFeedReader : IAsyncDisposable
{
    TopicSelection Topics { get; }

    RecordFilter Filter { get; }

    /// <summary>The next page of some topic, valid until the next call; null when everything that is there now has been given.</summary>
    /// <exception cref="FeedException">A topic cannot be read; the next call tries again.</exception>
    ValueTask<FeedPage?> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Completes when reading again may give something new: read until there is nothing more, then wait. It may complete early; it never
    /// misses a record. The last page is let go of.
    /// </summary>
    ValueTask WaitAsync(CancellationToken cancellationToken = default);
}

/// <summary>How a reader reads.</summary>
public sealed record ReaderOptions
{
    public static ReaderOptions Default { get; } = new();

    /// <summary>
    /// The next <see cref="IFeedReader.ReadAsync"/> acknowledges everything that was given before it. Otherwise the consumer acknowledges by
    /// itself. Of no meaning to a transient reader.
    /// </summary>
    public bool AcknowledgesByReading { get; init; }

    /// <summary>Who reads, for whoever finds the consumer taken over. Otherwise the registry's owner.</summary>
    public string? Owner { get; init; }
}
