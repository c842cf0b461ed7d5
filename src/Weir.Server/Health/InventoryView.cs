using Weir.Health.Metrics;
using Weir.Health.Scanning;

namespace Weir.Server.Health;

/// <summary>What complete scans have counted, for metrics and the API.</summary>
internal sealed class InventoryView(ScanInventory inventory) : IInventory
{
    public long? Objects => inventory.Objects;

    public DateTimeOffset? CountedAt => inventory.CountedAt;

    public IReadOnlyList<RedundancyRow> Redundancy => [.. inventory.Redundancy.Select(row => new RedundancyRow(row.Pool, row.Set, row.Bucket, row.Margin, row.Versions))];
}
