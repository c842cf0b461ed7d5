using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>How the live actions in memory stand to the topic that tells of them.</summary>
internal enum TopicPhase
{
    /// <summary>They are what the topic told up to <see cref="TopicState.LastId"/>; whether it tells more must be looked up.</summary>
    Unchecked,

    /// <summary>They are what the topic tells.</summary>
    InStep,

    /// <summary>They were changed by a poll whose events the feed has not acknowledged.</summary>
    Ahead,
}

/// <summary>A topic as the shipper knows it.</summary>
internal sealed class TopicState(string name)
{
    public string Name { get; } = name;

    public TopicPhase Phase { get; set; }

    /// <summary>Up to here the topic's records are in the live actions of its MDTs.</summary>
    public RecordId LastId { get; set; }

    /// <summary>The topic's first record when the live actions were last held against it.</summary>
    public RecordId FirstId { get; set; }

    /// <summary>Its MDTs: one, or in the single layout all of them.</summary>
    public List<MdtSource> Mdts { get; } = [];
}
