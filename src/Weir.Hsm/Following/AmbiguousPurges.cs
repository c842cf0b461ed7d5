using Weir.Feed;

namespace Weir.Hsm.Following;

/// <summary>
/// Where a topic must not be cut. A purge by nothing but fid and action (the Python tools' maintenance writes such) means the older of
/// two actions that share them. A reader that begins between the older one's record and the purge knows only the younger, and would take it
/// for the one that is meant. So a cut lies at or before the older one's record, or behind the purge.
/// </summary>
internal sealed class AmbiguousPurges
{
    /// <summary>More are merged, which only forbids more.</summary>
    private const int MaxSpans = 1024;

    private readonly List<(RecordId From, RecordId Purge)> _spans = [];

    public bool IsEmpty => _spans.Count == 0;

    /// <summary>Forbids cuts above <paramref name="from"/> and up to <paramref name="purge"/>; purges come in the order of their ids.</summary>
    public void Add(RecordId from, RecordId purge)
    {
        while (_spans.Count > 0 && (_spans[^1].Purge >= from || _spans.Count == MaxSpans))
        {
            if (_spans[^1].From < from) from = _spans[^1].From;
            _spans.RemoveAt(_spans.Count - 1);
        }

        _spans.Add((from, purge));
    }

    /// <summary>The highest place not above <paramref name="below"/> where the topic may be cut.</summary>
    public RecordId Lower(RecordId below)
    {
        foreach ((RecordId from, RecordId purge) in _spans)
        {
            if (from < below && below <= purge) return from;
        }

        return below;
    }

    /// <summary>Forgets what lies below a cut that was made.</summary>
    public void Trim(RecordId below) => _spans.RemoveAll(span => span.Purge < below);

    public void Clear() => _spans.Clear();
}
