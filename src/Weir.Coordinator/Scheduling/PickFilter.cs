namespace Weir.Coordinator.Scheduling;

/// <summary>What one agent may be given now.</summary>
internal readonly ref struct PickFilter
{
    /// <summary>The archive ids it serves; empty for all.</summary>
    public required ReadOnlySpan<uint> ArchiveIds { get; init; }

    public required bool TakesRawData { get; init; }

    /// <summary>Which archive ids have used up their rate.</summary>
    public ArchiveRates? Rates { get; init; }

    /// <summary>The list has begun: only its archive id and flags.</summary>
    public bool IsFixed { get; init; }

    public uint ArchiveId { get; init; }

    public ulong Flags { get; init; }

    public bool Allows(ArchiveGroup group)
    {
        if (IsFixed && group.ArchiveId != ArchiveId) return false;
        if (!ArchiveIds.IsEmpty && !ArchiveIds.Contains(group.ArchiveId)) return false;
        return Rates is null || Rates.Allow(group.ArchiveId);
    }

    public bool Allows(Lane lane) => (!IsFixed || lane.Flags == Flags) && (TakesRawData || !lane.IsRaw);
}
