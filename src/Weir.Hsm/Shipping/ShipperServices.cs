using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>What the parts of a shipper work with.</summary>
internal sealed record ShipperServices(
    ShipperOptions Options, IFeedEngine Engine, ILogger Logger, SnapshotStore Snapshots, TopicFolder Folder, BatchPool Batches, Notices Notices);
