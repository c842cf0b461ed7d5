namespace Weir.Hsm.Maintenance;

/// <summary>How the janitor works.</summary>
public sealed record JanitorOptions
{
    /// <summary>The single topic, or what each MDT's topic starts with; topics of either layout are kept.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>From the end of one round to the start of the next.</summary>
    public TimeSpan OperationInterval { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>An action without any event for this long no longer holds the trim back. Longer than the shipper's heartbeat interval.</summary>
    public TimeSpan StaleActionTimeout { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool IsDryRun { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
