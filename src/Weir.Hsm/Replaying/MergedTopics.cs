using Weir.Feed;

namespace Weir.Hsm.Replaying;

/// <summary>Reads several topics as one, in the order of their records' ids. Holds a page of each.</summary>
internal sealed class MergedTopics(IFeedEngine engine) : IAsyncDisposable
{
    private readonly List<Source> _sources = [];

    public bool Has(string topic)
    {
        foreach (Source source in _sources)
        {
            if (source.Cursor.Topic == topic) return true;
        }

        return false;
    }

    public void Add(string topic, RecordId after) => _sources.Add(new(engine.OpenCursor(topic, after)));

    /// <summary>The next record of all; null when there is none now.</summary>
    /// <exception cref="FeedException">A topic cannot be read.</exception>
    public async ValueTask<MergedRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        Source? lowest = null;
        foreach (Source source in _sources)
        {
            if (!source.Records.TryPeek(out MergedRecord? head))
            {
                await source.FillAsync(cancellationToken);
                if (!source.Records.TryPeek(out head)) continue;
            }

            if (lowest is null || head.Record.Id < lowest.Records.Peek().Record.Id) lowest = source;
        }

        return lowest?.Records.Dequeue();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Source source in _sources) await source.Cursor.DisposeAsync();
    }

    private sealed class Source(ITopicCursor cursor)
    {
        private FeedGap? _gap;

        public ITopicCursor Cursor => cursor;

        public Queue<MergedRecord> Records { get; } = new();

        public async ValueTask FillAsync(CancellationToken cancellationToken)
        {
            while (Records.Count == 0)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken);
                if (page.IsEmpty) return;
                _gap = page.Gap ?? _gap;
                foreach (RecordView record in page)
                {
                    Records.Enqueue(new(cursor.Topic, record.ToRecord(), _gap));
                    _gap = null;
                }
            }
        }
    }
}

/// <param name="Topic">The record's topic.</param>
/// <param name="Record">The record.</param>
/// <param name="Gap">What is missing directly before it.</param>
internal sealed record MergedRecord(string Topic, Record Record, FeedGap? Gap);
