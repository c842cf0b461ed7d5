using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Merging;

/// <summary>
/// Reads the changelog topics of several MDTs as one stream: always the record next that was written first by its MDT's clock.
/// Each MDT's own order is kept; between MDTs the order is as good as their clocks, and no total order is claimed. Not thread-safe.
/// </summary>
public sealed class MergedChangelogs : IAsyncDisposable
{
    private readonly List<TopicHead> _all = [];
    private readonly List<TopicHead> _ready = [];
    private TopicHead? _current;
    private bool _isStarted;

    private MergedChangelogs() { }

    /// <summary>The MDT of the current record.</summary>
    public string Mdt => Current.Mdt;

    /// <summary>The feed's id of the current record.</summary>
    public RecordId Id => Current.Id;

    /// <summary>The type of a notice (<see cref="ChangelogTopic.Gap"/>, <see cref="ChangelogTopic.Omitted"/>); empty for a record.</summary>
    public string NoticeType => Current.IsNotice ? Current.Type : "";

    /// <summary>A notice's data.</summary>
    public ReadOnlySpan<byte> NoticeData => Current.IsNotice ? Current.Bytes : default;

    /// <summary>What of the feed itself could not be read so far.</summary>
    public IEnumerable<FeedGap> Holes => _all.SelectMany(head => head.Holes);

    private TopicHead Current => _current ?? throw new InvalidOperationException("There is no current record.");

    /// <summary>Opens the topics, each after a place of its own.</summary>
    public static MergedChangelogs Open(IFeedEngine feed, IEnumerable<(string Mdt, RecordId After)> places)
    {
        var merged = new MergedChangelogs();
        foreach ((string mdt, RecordId after) in places)
        {
            string topic = ChangelogTopic.Of(mdt);
            merged._all.Add(new TopicHead(topic, feed.OpenCursor(topic, after)));
        }

        return merged;
    }

    /// <summary>Goes to the next record; false when no topic has one now. What comes later to a topic that was at its end joins in then.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (!_isStarted || _ready.Count < _all.Count)
        {
            _isStarted = true;
            foreach (TopicHead head in _all)
            {
                if (head != _current && !_ready.Contains(head) && await head.MoveNextAsync(cancellationToken)) _ready.Add(head);
            }
        }

        if (_current is not null && !_ready.Contains(_current) && await _current.MoveNextAsync(cancellationToken)) _ready.Add(_current);
        _current = null;
        foreach (TopicHead head in _ready)
        {
            if (_current is null || head.Time < _current.Time || (head.Time == _current.Time && string.CompareOrdinal(head.Mdt, _current.Mdt) < 0)) _current = head;
        }

        if (_current is null) return false;
        _ready.Remove(_current);
        return true;
    }

    /// <summary>The current record; false when it is a notice. Valid until the next move.</summary>
    public bool TryGetRecord(out ChangelogRecord record)
    {
        record = default;
        return !Current.IsNotice && ChangelogRecord.TryParse(Current.Bytes, out record) is ChangelogError.None or ChangelogError.UnknownExtension;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TopicHead head in _all) await head.DisposeAsync();
    }
}
