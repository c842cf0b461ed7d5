namespace Weir.Lab.Coordinators;

/// <summary>What a simulated agent is like. Chances are per second, 0 … 1.</summary>
public sealed record AgentBehaviour
{
    /// <summary>Mean time to carry out a request.</summary>
    public TimeSpan MeanRunTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Most requests of each kind at once; negative for no limit.</summary>
    public int MaxOfEach { get; init; } = 5;

    /// <summary>The archive ids it serves; empty for all.</summary>
    public IReadOnlyList<uint> ArchiveIds { get; init; } = [];

    /// <summary>Chance that a request fails.</summary>
    public double FailureProbability { get; init; } = 0.03;

    /// <summary>Its process ends, and with it all that it did; another starts later.</summary>
    public double CrashProbability { get; init; }

    /// <summary>It stands still for a while, connected.</summary>
    public double HangProbability { get; init; }

    /// <summary>Its connection breaks; it works on, and comes back with what it still runs.</summary>
    public double DisconnectProbability { get; init; }

    /// <summary>It says that something is done which is another's, or nobody's.</summary>
    public double LieProbability { get; init; }

    /// <summary>How long a crash, a hang or a broken connection lasts, in the mean.</summary>
    public TimeSpan MeanAbsence { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>This one without anything that goes wrong.</summary>
    public AgentBehaviour Calm() => this with { CrashProbability = 0, HangProbability = 0, DisconnectProbability = 0, LieProbability = 0 };
}
