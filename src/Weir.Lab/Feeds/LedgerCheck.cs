namespace Weir.Lab.Feeds;

/// <summary>How a feed is compared with its ledger.</summary>
public sealed record LedgerCheck
{
    public static LedgerCheck Strict { get; } = new();

    /// <summary>Gaps are allowed where no acknowledged record is missing: a power cut that kept later of several unsynced writes leaves one.</summary>
    public bool AllowGaps { get; init; }

    /// <summary>Compare reading from behind each record too, which finds a seek that goes wrong; costly on long topics.</summary>
    public bool EverySeek { get; init; }
}
