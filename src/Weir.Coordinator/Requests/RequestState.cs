namespace Weir.Coordinator.Requests;

/// <summary>Where a request is in its life. What has ended is not kept.</summary>
public enum RequestState : byte
{
    /// <summary>No request.</summary>
    None,

    /// <summary>Waits in a queue.</summary>
    Queued,

    /// <summary>Handed to an agent that has not said yet that it is done.</summary>
    Running,
}
