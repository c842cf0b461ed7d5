using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary>The topics that some patterns mean, each with its cursor; new ones join.</summary>
internal sealed class FollowedTopics(IFeedEngine feed, IReadOnlyList<string> named, Invocation run, TypeFilter filter, bool asJson) : IAsyncDisposable
{
    private readonly TopicPatterns _patterns = new(named);
    private readonly SortedDictionary<string, (ITopicCursor Cursor, RecordPrinter Printer)> _open = new(StringComparer.Ordinal);

    /// <summary>What the names of all topics meant start with.</summary>
    public string CommonPrefix => _patterns.CommonPrefix;

    /// <summary>Whether records were missing that should have been there.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Opens what is there at a place; what is named and not there, at its beginning.</summary>
    public async Task OpenAsync(string from, CancellationToken cancellationToken)
    {
        foreach (string topic in await FindAsync(cancellationToken))
            Open(topic, Place.Before(from, "--from", await feed.DescribeAsync(topic, cancellationToken), run.Time));
    }

    /// <summary>Opens what has come into being since.</summary>
    public async Task OpenNewAsync(CancellationToken cancellationToken)
    {
        foreach (string topic in await FindAsync(cancellationToken))
        {
            if (!_open.ContainsKey(topic)) Open(topic, RecordId.Zero);
        }
    }

    /// <summary>Prints everything that is there and was not printed.</summary>
    public async Task PrintNewAsync(CancellationToken cancellationToken)
    {
        foreach ((ITopicCursor cursor, RecordPrinter printer) in _open.Values)
        {
            while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
            {
                if (page.Gap is { } gap)
                {
                    HasGaps = true;
                    run.Terminal.Say($"warning: {gap}");
                }

                foreach (RecordView record in page)
                {
                    if (filter.Matches(record)) printer.Print(record);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((ITopicCursor cursor, RecordPrinter printer) in _open.Values)
        {
            printer.Dispose();
            await cursor.DisposeAsync();
        }
    }

    private async Task<IEnumerable<string>> FindAsync(CancellationToken cancellationToken) =>
        (await feed.ListTopicsAsync(CommonPrefix, cancellationToken)).Where(_patterns.Matches);

    private void Open(string topic, RecordId after) =>
        _open[topic] = (feed.OpenCursor(topic, after), new RecordPrinter(topic, run.Out, asJson, _patterns.MayMeanSeveral));
}
