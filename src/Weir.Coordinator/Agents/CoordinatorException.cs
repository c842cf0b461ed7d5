namespace Weir.Coordinator.Agents;

/// <summary>The coordinator has refused something.</summary>
/// <param name="command">What was asked.</param>
/// <param name="status">Its error number; most are positive.</param>
/// <param name="error">Its words.</param>
public sealed class CoordinatorException(string command, long status, string error)
    : IOException($"The coordinator refused '{command}': {(error.Length > 0 ? error : "it did not say why")} (status {status}).")
{
    public long Status { get; } = status;

    /// <summary>The coordinator's own words.</summary>
    public string Error { get; } = error;
}
