using System.Text;
using Weir.Feed;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>Where reading of a source goes on: a document of the feed that the lines go to, so that each feed has its own.</summary>
internal sealed class CollectorPlace(IFeedEngine feed, string source)
{
    private const string Collection = "block-collectors";

    private FeedDocument? _document;

    /// <summary>The cursor; empty when nothing was read yet.</summary>
    public async ValueTask<string> LoadAsync(CancellationToken cancellationToken)
    {
        _document = await feed.Documents.ReadAsync(Collection, source, cancellationToken).ConfigureAwait(false);
        return _document is null or { IsDamaged: true } ? "" : Encoding.UTF8.GetString(_document.Content.Span);
    }

    /// <summary>Writes the cursor, durably.</summary>
    /// <exception cref="FeedException">Another collector reads this source into this feed.</exception>
    public async ValueTask SaveAsync(string cursor, CancellationToken cancellationToken)
    {
        byte[] content = Encoding.UTF8.GetBytes(cursor);
        if (!await feed.Documents.TryWriteAsync(Collection, source, content, _document, cancellationToken).ConfigureAwait(false))
            throw new FeedException($"Another process collects '{source}' into {feed.Address}; stop one of them.");
        _document = new(source, content);
    }
}
