using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Which events a notifier is given, and how patiently.</summary>
public sealed record NotifierSettings
{
    /// <summary>Its name: what positions and dead letters are kept under.</summary>
    public required string Name { get; init; }

    /// <summary>The events it wants.</summary>
    public EventFilter Filter { get; init; } = EventFilter.All;

    /// <summary>The same type about the same device is not told again within this time; what is held back is counted in the next.</summary>
    public TimeSpan RepeatInterval { get; init; } = TimeSpan.Zero;

    /// <summary>How often an event is tried before it becomes a dead letter.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long the first wait between attempts is; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
