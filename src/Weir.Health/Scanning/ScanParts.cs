using Weir.Feed;
using Weir.Health.Issues;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning;

/// <summary>What a scan works with.</summary>
internal sealed record ScanParts(
    IFeedEngine Feed, PoolSet Pools, Pacer Pacer, IPolicies Policies, IssueBook Issues, ScanJobStore Jobs, ScanEvents Events, ScanInventory Inventory, ScanServiceOptions Options);
