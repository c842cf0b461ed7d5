namespace Weir.Coordinator.Requests;

/// <summary>How a request came to the coordinator.</summary>
public enum RequestOrigin : byte
{
    /// <summary>From an MDT, through Lustre's own channel.</summary>
    Lustre,

    /// <summary>By a <c>queue</c> command.</summary>
    Queue,

    /// <summary>From an agent that says it runs it.</summary>
    Agent,

    /// <summary>From another deployment's state, or from what an MDT lists as active.</summary>
    Import,
}
