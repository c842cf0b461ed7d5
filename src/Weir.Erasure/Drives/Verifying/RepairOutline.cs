namespace Weir.Erasure.Drives.Verifying;

/// <summary>What the repair of an object will take that some drives lack altogether and all others have whole, as the walk alone tells it.</summary>
/// <param name="Margin">How many more positions the most endangered of its versions may lose.</param>
/// <param name="ReadBytes">Bytes of shards that will be read.</param>
/// <param name="WriteBytes">Bytes of shards that will be written.</param>
/// <param name="MemoryBytes">What the repair holds in memory at once.</param>
internal sealed record RepairOutline(int Margin, long ReadBytes, long WriteBytes, long MemoryBytes)
{
    /// <summary>Null where the object must be examined.</summary>
    public static RepairOutline? Of(Visit[] visits, VersionSummary[] versions)
    {
        int whole = 0, absent = 0;
        long metadata = 0;
        foreach (ref readonly Visit visit in visits.AsSpan())
        {
            if (visit.State == VisitState.Whole) whole++;
            else if (visit.State == VisitState.Absent) absent++;
            else return null;
            metadata += visit.Bytes;
        }

        int margin = int.MaxValue;
        long read = 0, written = 0, memory = 0;
        foreach (ref readonly VersionSummary version in versions.AsSpan())
        {
            int needed = version.HasShards ? Math.Max(version.Quorum, version.Data) : version.Quorum;
            if (!version.IsPlain || whole < needed) return null;
            margin = Math.Min(margin, whole - (version.HasShards ? version.Data : version.Quorum));
            read += version.ShardBytes * version.Data;
            written += version.ShardBytes * absent;
            memory = Math.Max(memory, 2L * (version.Data + version.Parity) * Math.Min(version.LargestShard, StripeBatch.TargetBytes));
        }

        return absent == 0 ? null : new(margin, read, written, memory + metadata);
    }
}
