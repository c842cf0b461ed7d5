namespace Weir.Hsm.Shipping.Snapshots;

/// <summary>A snapshot file that cannot be used. Nothing is lost: the topics tell the same.</summary>
/// <param name="reason">Why, as the end of a sentence about "it".</param>
internal sealed class SnapshotException(string reason) : Exception(reason);
