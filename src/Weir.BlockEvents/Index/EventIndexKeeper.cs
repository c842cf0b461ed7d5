using System.Globalization;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>
/// Keeps the index of <c>block:events</c>: documents of the feed, written as the events come, so that a query need not read what it does not want. What is
/// missing or damaged is made again at the start; what was trimmed is removed. Not thread-safe.
/// </summary>
public sealed class EventIndexKeeper(IFeedEngine feed)
{
    /// <summary>The collection of the documents.</summary>
    internal const string Collection = "block-events-index";

    private readonly SortedDictionary<RecordId, FeedDocument> _ends = [];
    private IndexBlockBuilder? _builder;

    /// <summary>Blocks written since it began.</summary>
    public long WrittenCount { get; private set; }

    /// <summary>Follows the events until cancelled; with <paramref name="once"/> up to the last that is there.</summary>
    /// <exception cref="FeedException">The feed cannot be read, or does not take the index.</exception>
    public async Task RunAsync(bool once, CancellationToken cancellationToken)
    {
        using IFeedWatch watch = feed.Watch(EventMakerOptions.Topic);
        RecordId after = await BeginAsync(cancellationToken).ConfigureAwait(false);
        ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, after, new() { PageBytes = 256 * 1024 });
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty)
                {
                    if (once) return;
                    await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                // What is missing is for the reader of the events to tell; a block says what it has read.
                foreach (byte[] block in Take(page)) await WriteAsync(block, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A block's name: where it begins, so that the same records give the same document again.</summary>
    internal static string NameOf(RecordId after) => string.Create(CultureInfo.InvariantCulture, $"{after.Milliseconds:D20}-{after.Sequence:D20}");

    private List<byte[]> Take(RecordPage page)
    {
        var full = new List<byte[]>();
        foreach (RecordView record in page)
        {
            _builder!.Add(record.Id, record.Data);
            if (!_builder.IsFull) continue;
            full.Add(_builder.ToArray());
            _builder = new(_builder.Last);
        }

        return full;
    }

    /// <summary>Finds out up to where the index goes without a break, and removes what is of no use.</summary>
    private async ValueTask<RecordId> BeginAsync(CancellationToken cancellationToken)
    {
        RecordId first = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Zero, cancellationToken).ConfigureAwait(false)).FirstId;
        RecordId last = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Max, cancellationToken).ConfigureAwait(false)).LastId;
        RecordId? end = null;
        foreach (FeedDocument document in await feed.Documents.ListAsync(Collection, cancellationToken).ConfigureAwait(false))
        {
            IndexBlock? block = document.IsDamaged ? null : IndexBlock.Read(document.Content);
            if (block?.TryFind(EventFilter.All, null, block.Last, 0, []) == false) block = null;
            // The names are in the order of the ids, so what does not follow is behind a hole.
            bool isUseful = block is not null && block.Last >= first && block.Last <= last && first != RecordId.Zero && (end is null ? block.After < first || block.After == RecordId.Zero : block.After == end);
            if (isUseful) _ends[block!.Last] = document with { Content = default };
            else await feed.Documents.TryDeleteAsync(Collection, document, cancellationToken).ConfigureAwait(false);
            if (isUseful) end = block!.Last;
        }

        RecordId after = end ?? RecordId.Zero;
        _builder = new(after);
        return after;
    }

    private async ValueTask WriteAsync(byte[] content, CancellationToken cancellationToken)
    {
        IndexBlock block = IndexBlock.Read(content)!;
        string name = NameOf(block.After);
        FeedDocument? there = await feed.Documents.ReadAsync(Collection, name, cancellationToken).ConfigureAwait(false);
        // Somebody else who writes it at the same time writes the same.
        await feed.Documents.TryWriteAsync(Collection, name, content, there, cancellationToken).ConfigureAwait(false);
        _ends[block.Last] = new(name, default);
        WrittenCount++;
        await ForgetTrimmedAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ForgetTrimmedAsync(CancellationToken cancellationToken)
    {
        RecordId first = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Zero, cancellationToken).ConfigureAwait(false)).FirstId;
        foreach ((RecordId end, FeedDocument known) in _ends.TakeWhile(entry => entry.Key < first).ToArray())
        {
            if (await feed.Documents.ReadAsync(Collection, known.Name, cancellationToken).ConfigureAwait(false) is { } document) await feed.Documents.TryDeleteAsync(Collection, document, cancellationToken).ConfigureAwait(false);
            _ends.Remove(end);
        }
    }
}
