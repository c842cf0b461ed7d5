using Weir.Feed;

namespace Weir.Cli.Verbs.Feed;

/// <summary>The topics that some patterns mean, each with its cursor; new ones join.</summary>
internal sealed class FollowedTopics(IFeedEngine feed, IReadOnlyList<string> patterns, Invocation run, TypeFilter filter, bool asJson) : IAsyncDisposable
{
    private readonly SortedDictionary<string, (ITopicCursor Cursor, RecordPrinter Printer)> _open = new(StringComparer.Ordinal);

    /// <summary>What the names of all topics meant start with.</summary>
    public string CommonPrefix { get; } = patterns.Select(pattern => IsPrefix(pattern) ? pattern[..^1] : pattern).Aggregate(
        (common, next) => common[..common.AsSpan().CommonPrefixLength(next)]);

    /// <summary>Whether records were missing that should have been there.</summary>
    public bool HasGaps { get; private set; }

    private bool NamesTopic => patterns.Count > 1 || IsPrefix(patterns[0]);

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

    private static bool IsPrefix(string pattern) => pattern.EndsWith('*');

    private async Task<IEnumerable<string>> FindAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> topics = await feed.ListTopicsAsync(CommonPrefix, cancellationToken);
        return topics.Where(topic => patterns.Any(
            pattern => IsPrefix(pattern) ? topic.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : topic == pattern));
    }

    private void Open(string topic, RecordId after) =>
        _open[topic] = (feed.OpenCursor(topic, after), new RecordPrinter(topic, run.Out, asJson, NamesTopic));
}
