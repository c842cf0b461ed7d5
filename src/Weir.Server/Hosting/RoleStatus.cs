namespace Weir.Server.Hosting;

/// <summary>Where a role is in its life.</summary>
public enum RoleState
{
    /// <summary>Its turn has not come.</summary>
    Waiting = 0,
    Starting = 1,
    Running = 2,

    /// <summary>It runs and cannot do all of its work.</summary>
    Degraded = 3,

    /// <summary>It ended with an error and is run again after a while.</summary>
    Failed = 4,
    Stopping = 5,
    Stopped = 6,
}

/// <summary>How a role is at one moment.</summary>
/// <param name="Name">The role.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Problem">Why it failed or is degraded; null otherwise.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="Restarts">How often it was run again.</param>
public sealed record RoleStatus(string Name, RoleState State, string? Problem, DateTimeOffset Since, int Restarts)
{
    /// <summary>Whether it does its work, wholly or in part.</summary>
    public bool IsUp => State is RoleState.Running or RoleState.Degraded;

    /// <summary>The state as one word of lower-case letters.</summary>
    public string StateName => State switch
    {
        RoleState.Waiting => "waiting",
        RoleState.Starting => "starting",
        RoleState.Running => "running",
        RoleState.Degraded => "degraded",
        RoleState.Failed => "failed",
        RoleState.Stopping => "stopping",
        _ => "stopped",
    };
}
