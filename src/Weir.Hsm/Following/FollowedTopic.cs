using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Following;

/// <summary>A topic of actions, as far as it has been read.</summary>
public sealed class FollowedTopic
{
    private readonly List<MdtActions> _mdts = [];

    internal FollowedTopic(string name) => Name = name;

    public string Name { get; }

    /// <summary>Everything up to here has been read.</summary>
    public RecordId Position { get; internal set; }

    /// <summary>The MDTs that it tells of.</summary>
    public IReadOnlyList<MdtActions> Mdts => _mdts;

    internal PageCounts Counts { get; } = new();

    internal AmbiguousPurges AmbiguousPurges { get; } = new();

    internal ITopicCursor? Cursor { get; set; }

    internal void Note(MdtActions mdt)
    {
        if (_mdts.Count > 0 && ReferenceEquals(_mdts[^1], mdt)) return;
        // The one told of last stands last: events of one MDT come in rows.
        _mdts.Remove(mdt);
        _mdts.Add(mdt);
    }

    internal async ValueTask ForgetAsync()
    {
        if (Cursor is { } cursor) await cursor.DisposeAsync();
        Cursor = null;
        Position = RecordId.Zero;
        Counts.Clear();
        AmbiguousPurges.Clear();
        foreach (MdtActions mdt in _mdts) mdt.Clear();
        _mdts.Clear();
    }
}
