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

    /// <summary>How far ahead of the others a share may be that is served only because of its flags, in virtual time.</summary>
    public required long MaxLead { get; init; }

    public bool Allows(ArchiveGroup group)
    {
        if (IsFixed && group.ArchiveId != ArchiveId) return false;
        if (!ArchiveIds.IsEmpty && !ArchiveIds.Contains(group.ArchiveId)) return false;
        return Rates is null || Rates.Allow(group.ArchiveId);
    }

    /// <summary>Whether the agent can take what is in the lane, in this list or another.</summary>
    public bool AllowsSometime(Lane lane) => TakesRawData || !lane.IsRaw;

    /// <summary>Whether the lane's requests may stand in this list.</summary>
    public bool AllowsNow(Lane lane) => (!IsFixed || lane.Flags == Flags) && AllowsSometime(lane);
}
