namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>How lines are collected.</summary>
public sealed record RawCollectorOptions
{
    /// <summary>Lines of one kind and device that are kept in one second; more are counted.</summary>
    public int MostPerSecond { get; init; } = 1000;

    /// <summary>How long a place is not written again where no line was kept.</summary>
    public TimeSpan PlaceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
