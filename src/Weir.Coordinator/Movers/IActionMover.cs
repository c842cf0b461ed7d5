namespace Weir.Coordinator.Movers;

/// <summary>Does the work of an action: copies, or has somebody copy. From several threads at once.</summary>
public interface IActionMover
{
    /// <summary>Does it, from the beginning each time. Returns the bytes that it comes to.</summary>
    /// <exception cref="MoverException">It cannot be done, or not now.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the agent stops. Nothing half done is left behind.</exception>
    long Run(ActionRun run);
}
