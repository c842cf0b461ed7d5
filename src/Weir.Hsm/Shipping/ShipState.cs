using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping.Snapshots;

namespace Weir.Hsm.Shipping;

/// <summary>Every MDT and topic that the shipper knows, and how that becomes a snapshot and comes back from one.</summary>
internal sealed class ShipState(string feedAddress, string prefix, ActionLayout layout)
{
    private readonly Dictionary<byte[], MdtSource>.AlternateLookup<ReadOnlySpan<byte>> _byName =
        new Dictionary<byte[], MdtSource>(Utf8Comparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly List<MdtSource> _mdts = [];
    private readonly List<TopicState> _topics = [];
    private readonly Dictionary<string, TopicState> _topicsByName = new(StringComparer.Ordinal);

    public IReadOnlyList<MdtSource> Mdts => _mdts;

    public IReadOnlyList<TopicState> Topics => _topics;

    public bool IsSingle => layout == ActionLayout.Single;

    public long LiveActions
    {
        get
        {
            long live = 0;
            foreach (MdtSource mdt in _mdts) live += mdt.Actions.Count;
            return live;
        }
    }

    public MdtSource? Find(ReadOnlySpan<byte> mdt) => _byName.TryGetValue(mdt, out MdtSource? source) ? source : null;

    /// <exception cref="ArgumentException">No topic can have the name that this MDT's would have.</exception>
    public MdtSource FindOrAdd(ReadOnlySpan<byte> mdt)
    {
        if (Find(mdt) is { } known) return known;
        if (_mdts.Count == Live.LiveActions.MaxMdts) throw new ArgumentException($"More than {Live.LiveActions.MaxMdts} MDTs cannot be kept.");
        var name = new MdtName(mdt);
        var source = new MdtSource(name, TopicOf(name));
        source.Topic.Mdts.Add(source);
        _mdts.Add(source);
        _byName[name.Utf8] = source;
        return source;
    }

    /// <summary>Everything, as it is. All topics must be in step or not looked at.</summary>
    public ShipSnapshot ToSnapshot() => new(feedAddress, prefix, layout, [.. _topics.Select(topic => new TopicSnapshot(
        topic.Name, topic.LastId, topic.FirstId, [.. topic.Mdts.Select(mdt => new MdtSnapshot(mdt.Name.Utf8, mdt.Path, mdt.Actions.Entries))]))]);

    /// <exception cref="SnapshotException">It is another feed's, or of other topics.</exception>
    public void ThrowIfForeign(ShipSnapshot snapshot)
    {
        if (snapshot.FeedAddress != feedAddress) throw new SnapshotException($"it belongs to the feed {snapshot.FeedAddress}");
        if (snapshot.Prefix != prefix || snapshot.Layout != layout)
            throw new SnapshotException($"it belongs to topics '{snapshot.Prefix}' in another layout or of another name");
    }

    /// <summary>Takes over a snapshot, whole or (after a failure) for one topic.</summary>
    public void Restore(ShipSnapshot? snapshot, TopicState? only = null)
    {
        if (only is not null) Forget(only);
        foreach (TopicSnapshot topic in snapshot?.Topics ?? [])
        {
            if (only is not null && topic.Name != only.Name) continue;
            foreach (MdtSnapshot mdt in topic.Mdts)
            {
                MdtSource source = FindOrAdd(mdt.Name);
                if (source.Topic.Name != topic.Name) throw new SnapshotException("it has an MDT under another's topic");
                source.Actions = new(source.Name, mdt.Entries);
                source.Path ??= mdt.Path;
                source.Topic.LastId = topic.LastId;
                source.Topic.FirstId = topic.FirstId;
            }
        }
    }

    private static void Forget(TopicState topic)
    {
        topic.LastId = topic.FirstId = RecordId.Zero;
        topic.Phase = TopicPhase.Unchecked;
        foreach (MdtSource mdt in topic.Mdts) mdt.Forget();
    }

    private TopicState TopicOf(MdtName mdt)
    {
        string name = ActionTopics.Of(prefix, layout, mdt.Text);
        if (_topicsByName.TryGetValue(name, out TopicState? topic)) return topic;
        TopicName.ThrowIfInvalid(name);
        topic = new(name);
        _topics.Add(topic);
        _topicsByName.Add(name, topic);
        return topic;
    }
}
