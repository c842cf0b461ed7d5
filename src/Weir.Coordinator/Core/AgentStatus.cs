namespace Weir.Coordinator.Core;

/// <summary>An agent's connection. (A connection that has not introduced itself is the server's, not the core's.)</summary>
public enum AgentState : byte
{
    /// <summary>Connected, and has not asked for work since the last list.</summary>
    Ready,

    /// <summary>Connected and waiting for work.</summary>
    Waiting,

    /// <summary>Gone; its work waits for it until the grace time is over.</summary>
    Disconnected,
}
