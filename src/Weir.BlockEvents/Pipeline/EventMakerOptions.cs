namespace Weir.BlockEvents.Pipeline;

/// <summary>How events are made of raw lines.</summary>
public sealed record EventMakerOptions
{
    /// <summary>The topic of the events.</summary>
    public const string Topic = "block:events";

    /// <summary>The name under which the place in the raw lines is kept.</summary>
    public const string Consumer = "weir-block-events";

    /// <summary>Folding and verdicts.</summary>
    public StormOptions Storms { get; init; } = StormOptions.Default;

    /// <summary>The host of lines that name none.</summary>
    public string Hostname { get; init; } = Environment.MachineName;

    /// <summary>Whether an event for each block device is made at the start.</summary>
    public bool TellsDevices { get; init; }

    /// <summary>Called when everything that was collected is made into events and nothing waits; null for nobody.</summary>
    public Action? Idle { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
