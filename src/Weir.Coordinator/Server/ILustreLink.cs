using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>The way to the MDTs: it brings their requests to the server and is told of those that end without an agent.</summary>
public interface ILustreLink
{
    /// <summary>
    /// Tells the MDT that a request ended here: <c>llapi_hsm_action_begin(is_error)</c>, then <c>_end</c> with <paramref name="errno"/>.
    /// Failures are its own to log: the request has ended either way, and the MDT's time-out tells it at last.
    /// </summary>
    ValueTask EndAsync(in HsmRequest request, int errno);
}
