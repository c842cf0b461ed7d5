namespace Weir.BlockEvents.Parsers.Incidents;

/// <summary>How lines are put together to incidents.</summary>
public sealed record IncidentOptions
{
    /// <summary>How long the lines of one failure are waited for before its event is handed on. Default 1 s.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the end of an ATA port's error handling is waited for: the lines of the command that failed come with it. Default 10 s.</summary>
    public TimeSpan RecoveryTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after its last line an incident still takes lines about its own devices. Default 2 hours.</summary>
    public TimeSpan SameDeviceTime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long after its last line an incident takes lines about devices of which it is not known whether they stand on its own. Default 15 s.</summary>
    public TimeSpan NearbyTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The most incidents open at once; beyond, the one that is quiet longest ends.</summary>
    public int MaxOpenIncidents { get; init; } = 256;

    /// <summary>The most events of one incident that wait at once; what is beyond is counted in the extension <c>dropped_events</c> of its root.</summary>
    public int MaxWaitingEvents { get; init; } = 256;

    /// <summary>The host of lines that name none.</summary>
    public string Hostname { get; init; } = Environment.MachineName;
}
