namespace Weir.Feed;

/// <summary>Records that should be there and cannot be read.</summary>
/// <param name="Topic">In which topic.</param>
/// <param name="After">The last intact record before the gap, or what is known to lie before it.</param>
/// <param name="Before">The first intact record after the gap, or null where none is known yet.</param>
/// <param name="Place">Where: file and byte offset, or the engine's equivalent.</param>
/// <param name="SizeBytes">How many bytes are unreadable; -1 when not known.</param>
/// <param name="Reason">What is wrong with them.</param>
/// <param name="Damaged">The id of the damaged record where its header is intact.</param>
public sealed record FeedGap(
    string Topic, RecordId After, RecordId? Before, string Place, long SizeBytes, string Reason, RecordId? Damaged = null)
{
    public override string ToString() =>
        $"topic '{Topic}': {(Damaged is { } id ? $"record {id}" : "records")} after {After}{(Before is { } b ? $" and before {b}" : "")} cannot be read: {Reason} ({Place}, {SizeBytes} bytes)";
}
