using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Replaying;

/// <summary>Reads action topics from their beginning to their present end into live actions.</summary>
public sealed class TopicReplay(IFeedEngine engine, string prefix)
{
    private readonly List<FeedGap> _gaps = [];
    private readonly Dictionary<string, RecordId> _ends = new(StringComparer.Ordinal);

    public LiveActions Live { get; } = new();

    /// <summary>Records read.</summary>
    public long Records { get; private set; }

    /// <summary>What could not be read, at most <see cref="MaxGaps"/> of it.</summary>
    public IReadOnlyList<FeedGap> Gaps => _gaps;

    /// <summary>More gaps than this are not kept.</summary>
    public const int MaxGaps = 100;

    /// <summary>How far each topic was read.</summary>
    public IReadOnlyDictionary<string, RecordId> Ends => _ends;

    /// <summary>Reads all topics under the prefix; returns their names in ordinal order.</summary>
    /// <exception cref="FeedException">A topic cannot be read.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> topics = await ActionTopics.ListAsync(engine, prefix, cancellationToken);

        // Topics of one MDT each can be read one after another. The single topic among them tells of the same MDTs, before or after.
        if (topics.Count > 1 && topics[0] == prefix) await MergeAsync(topics, cancellationToken);
        else foreach (string topic in topics) await ReadAsync(topic, cancellationToken);
        return topics;
    }

    private async Task ReadAsync(string topic, CancellationToken cancellationToken)
    {
        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.IsEmpty) break;
            Note(page.Gap);
            Apply(page);
        }

        _ends[topic] = cursor.Position;
    }

    private async Task MergeAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        await using var merged = new MergedTopics(engine);
        foreach (string topic in topics) merged.Add(topic, RecordId.Zero);
        while (await merged.ReadAsync(cancellationToken) is { } next)
        {
            Note(next.Gap);
            Records++;
            Live.Apply(next.Record);
            _ends[next.Topic] = next.Record.Id;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(RecordPage page)
    {
        foreach (RecordView record in page) Live.Apply(record);
        Records += page.Count;
    }

    private void Note(FeedGap? gap)
    {
        if (gap is not null && _gaps.Count < MaxGaps) _gaps.Add(gap);
    }
}
