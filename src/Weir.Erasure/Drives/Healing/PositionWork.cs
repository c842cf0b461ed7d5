namespace Weir.Erasure.Drives.Healing;

/// <summary>Everything that one position of a set gets for one object.</summary>
internal sealed class PositionWork(DriveMetadata answer, TargetDrive target)
{
    private readonly Dictionary<Guid, string> _failures = [];

    public DriveMetadata Answer => answer;

    public TargetDrive Target => target;

    /// <summary>Shard files that were made.</summary>
    public List<(VersionRepair Repair, int Part, int Shard, StagedPiece Piece, ShardLayout Layout)> Shards { get; } = [];

    /// <summary>What is changed in its xl.meta.</summary>
    public List<(VersionRepair Repair, int Shard, RecordChange Change)> Records { get; } = [];

    /// <summary>What was put into its place.</summary>
    public List<(Guid Version, RepairedPiece Piece)> Done { get; } = [];

    public long WrittenBytes { get; set; }

    /// <summary>Why a version does not get what it lacks here; null while all is well.</summary>
    public string? FailureOf(Guid version) => _failures.GetValueOrDefault(version);

    public void Fail(Guid version, string reason) => _failures.TryAdd(version, reason);

    /// <summary>Nothing that has not been put into its place will be.</summary>
    public void FailAll(string reason)
    {
        foreach ((VersionRepair repair, _, _, _, _) in Shards) Fail(repair.Verdict.VersionId!.Value, reason);
        foreach ((VersionRepair repair, _, _) in Records) Fail(repair.Verdict.VersionId!.Value, reason);
    }
}
