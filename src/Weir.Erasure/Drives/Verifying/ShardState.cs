namespace Weir.Erasure.Drives.Verifying;

/// <summary>What is being found out about one position's shard of a version.</summary>
internal sealed class ShardState(int position, Drive? drive, int shard)
{
    private readonly SortedSet<int> _parts = [];
    private readonly List<Finding> _findings = [];

    public int Position => position;

    public Drive? Drive => drive;

    /// <summary>From 1; 0 where the version has none.</summary>
    public int Shard => shard;

    public ShardNeeds Needs { get; private set; }

    public bool IsUnknown => (Needs & ShardNeeds.Unknown) != 0;

    public bool HasMetadata => (Needs & (ShardNeeds.Metadata | ShardNeeds.Unknown)) == 0;

    public bool HasData => (Needs & (ShardNeeds.Data | ShardNeeds.Unknown)) == 0;

    /// <summary>Whether the shard lies in the metadata.</summary>
    public bool IsInline { get; set; }

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Nothing can be known of it.</summary>
    public void Unknown(FindingKind kind, string detail)
    {
        Needs = ShardNeeds.Unknown;
        Note(kind, null, detail);
    }

    public void BadMetadata(FindingKind kind, string detail)
    {
        Needs |= ShardNeeds.Metadata;
        Note(kind, null, detail);
    }

    public void BadPart(FindingKind kind, int part, string detail)
    {
        Needs |= ShardNeeds.Data;
        _parts.Add(part);
        Note(kind, part, detail);
    }

    public bool IsPartBad(int part) => IsUnknown || _parts.Contains(part);

    public void Note(FindingKind kind, int? part, string detail) =>
        _findings.Add(new(position, drive?.Path, shard == 0 ? null : shard, kind, part, detail));

    public ShardVerdict ToVerdict() => new(position, drive, shard, Needs, [.. _parts]);
}
