namespace Weir.Feed;

/// <summary>
/// Small named documents that a feed keeps beside its topics, as durable as records, for every process to read: what consumers there
/// are, for one. A document is replaced as a whole, and only by who knows what it replaces. Safe to call from many threads.
/// </summary>
public interface IFeedDocuments
{
    /// <summary>The document; null when there is none.</summary>
    /// <exception cref="FeedException">It cannot be read, or was written by a newer program.</exception>
    ValueTask<FeedDocument?> ReadAsync(string collection, string name, CancellationToken cancellationToken = default);

    /// <summary>All documents of a collection, damaged ones included, in ordinal order of their names.</summary>
    ValueTask<IReadOnlyList<FeedDocument>> ListAsync(string collection, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the document when it still is what <paramref name="replacing"/> says (null: not there). It is durable when this returns true.
    /// False, and nothing was changed, when somebody else was first.
    /// </summary>
    /// <exception cref="ArgumentException">The content is larger than <see cref="FeedDocument.MaxBytes"/>, or a name is none.</exception>
    /// <exception cref="FeedFullException">There is no room.</exception>
    ValueTask<bool> TryWriteAsync(string collection, string name, ReadOnlyMemory<byte> content, FeedDocument? replacing, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes the document when it still is what <paramref name="replacing"/> says; durably, when this returns true. When it returns false
    /// because there is none, that is durable too.
    /// </summary>
    ValueTask<bool> TryDeleteAsync(string collection, FeedDocument replacing, CancellationToken cancellationToken = default);
}

/// <summary>A document as it was read.</summary>
/// <param name="Name">Its name within its collection.</param>
/// <param name="Content">What was written. Of a damaged one, what is left of it.</param>
/// <param name="IsDamaged">The content does not match its checksum, and must not be believed.</param>
public sealed record FeedDocument(string Name, ReadOnlyMemory<byte> Content, bool IsDamaged = false)
{
    /// <summary>The largest content.</summary>
    public const int MaxBytes = 64 * 1024;

    internal static void ThrowIfTooLarge(string name, ReadOnlyMemory<byte> content)
    {
        if (content.Length > MaxBytes) throw new ArgumentException($"Document '{name}' has {content.Length} bytes; a document may have {MaxBytes}.");
    }
}
