using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping.Snapshots;

/// <summary>
/// What the shipper knew when the feed last acknowledged everything: for each topic the last record taken in, for each MDT its live
/// actions. A cache: all of it can be had from the topics again. Format: docs/hsm-stream.md.
/// </summary>
/// <param name="FeedAddress">Of which feed.</param>
/// <param name="Prefix">Of which topics.</param>
/// <param name="Layout">In which layout.</param>
/// <param name="Topics">The topics.</param>
internal sealed record ShipSnapshot(string FeedAddress, string Prefix, ActionLayout Layout, IReadOnlyList<TopicSnapshot> Topics);

/// <param name="Name">The topic.</param>
/// <param name="LastId">Its last record that is in the live actions.</param>
/// <param name="FirstId">Its first record then.</param>
/// <param name="Mdts">The MDTs it tells of.</param>
internal sealed record TopicSnapshot(string Name, RecordId LastId, RecordId FirstId, IReadOnlyList<MdtSnapshot> Mdts);

/// <param name="Name">The MDT's name, UTF-8.</param>
/// <param name="Path">The file that was last read for it; null when it is another shipper's.</param>
/// <param name="Entries">Its live actions.</param>
internal sealed record MdtSnapshot(byte[] Name, string? Path, EntryTable Entries);
