using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Movers;

/// <summary>What became of an action.</summary>
/// <param name="Request">Which.</param>
/// <param name="Errno">0 when it went well, else a positive errno.</param>
/// <param name="Message">Why it failed; null when it did not.</param>
/// <param name="Bytes">What it comes to.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Elapsed">From its start here to its end.</param>
public sealed record ActionReport(HsmRequest Request, int Errno, string? Message, long Bytes, int Attempts, TimeSpan Elapsed);
