namespace Weir.Feed.Consuming;

/// <summary>What a consumer asks for when it is registered.</summary>
public sealed record ConsumerRegistration
{
    /// <summary>By what it is known in the feed, under the rules for topics' names.</summary>
    public required string Name { get; init; }

    public required TopicSelection Topics { get; init; }

    /// <summary>Records that do not match are passed over, and count as acknowledged.</summary>
    public RecordFilter Filter { get; init; } = RecordFilter.All;

    public ConsumerStart Start { get; init; } = ConsumerStart.Last;

    public ConsumerLimits Limits { get; init; } = ConsumerLimits.Default;

    /// <summary>Whether records are coalesced at read time, in topics that have a rule for it.</summary>
    public bool Coalesces { get; init; }

    /// <exception cref="ArgumentException">The name is none, or a limit is no limit.</exception>
    public void ThrowIfInvalid()
    {
        TopicName.ThrowIfInvalid(Name, "consumer");
        Limits.ThrowIfInvalid();
    }

    /// <summary>Whether both ask for the same.</summary>
    public bool IsSame(ConsumerRegistration other) => Name == other.Name && Topics.Equals(other.Topics) && Filter.Text == other.Filter.Text
        && Start.ToString() == other.Start.ToString() && Limits == other.Limits && Coalesces == other.Coalesces;
}
