using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A version that is not in order and is left as it is.</summary>
/// <param name="Version">Which.</param>
/// <param name="Reason">Why nothing is done.</param>
public sealed record Refusal(VersionVerdict Version, string Reason);
