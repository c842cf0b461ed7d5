namespace Weir.Hsm.Reconciling;

/// <summary>What a comparison of files and stream found.</summary>
public sealed record ReconcileReport
{
    /// <summary>The MDTs compared, in the order of their names.</summary>
    public required IReadOnlyList<MdtComparison> Mdts { get; init; }

    /// <summary>MDTs of the stream that have no file here and were not asked for, so were not compared.</summary>
    public IReadOnlyList<string> NotCompared { get; init; } = [];

    /// <summary>What went wrong besides.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    public long Missing => Mdts.Sum(mdt => mdt.Missing);

    public long Extra => Mdts.Sum(mdt => mdt.Extra);

    public long Different => Mdts.Sum(mdt => mdt.Different);

    /// <summary>Whether nothing is missing, nothing is extra, and everything could be compared.</summary>
    public bool IsInOrder => Problems.Count == 0 && Mdts.All(mdt => mdt.IsInOrder);
}
