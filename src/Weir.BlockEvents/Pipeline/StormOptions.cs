namespace Weir.BlockEvents.Pipeline;

/// <summary>When events are folded, and when many of them become a verdict.</summary>
public sealed record StormOptions
{
    /// <summary>The values that hold unless others are given.</summary>
    public static StormOptions Default { get; } = new();

    /// <summary>How long the lines of one failure are gathered before its event is told.</summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>An event is held back beyond that until no more like it came for this long, …</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.Zero;

    /// <summary>… but no longer than this.</summary>
    public TimeSpan MostQuiet { get; init; } = TimeSpan.Zero;

    /// <summary>More of what was told is counted and told again after this long; the time doubles with each repeat, …</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>… up to this.</summary>
    public TimeSpan MostRepeat { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Events of one stack of devices within this time belong to one incident.</summary>
    public TimeSpan Incident { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Kinds of events and devices that are folded at once; beyond that those that wait longest are told early.</summary>
    public int MostFolded { get; init; } = 4096;

    /// <summary>A device is degraded when it had so many errors …</summary>
    public int DegradedErrors { get; init; } = 10;

    /// <summary>… in this time, …</summary>
    public TimeSpan DegradedWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>… and is no more when it had none for this long.</summary>
    public TimeSpan RecoveredAfter { get; init; } = TimeSpan.FromHours(1);
}
