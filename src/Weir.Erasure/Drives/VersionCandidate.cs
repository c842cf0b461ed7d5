using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>A version of an object as some positions of a set hold it, all alike.</summary>
public sealed class VersionCandidate
{
    internal VersionCandidate(XlBody body, IReadOnlyDictionary<int, XlBody> holders, int quorum, int unknown, int total)
    {
        Body = body;
        Holders = holders;
        Quorum = quorum;
        Unknown = unknown;
        Total = total;
    }

    /// <summary>The version, as one of its holders has it.</summary>
    public XlBody Body { get; }

    /// <summary>The positions that hold it, each with its own body: they differ in the shard number alone.</summary>
    public IReadOnlyDictionary<int, XlBody> Holders { get; }

    /// <summary>How many positions must hold it for it to count as written.</summary>
    public int Quorum { get; }

    /// <summary>Positions that may hold it: drives that are not there, and metadata that cannot be understood.</summary>
    public int Unknown { get; }

    /// <summary>Positions of the set.</summary>
    public int Total { get; }

    /// <summary>Whether enough positions hold it.</summary>
    public bool Stands => Holders.Count >= Quorum;

    /// <summary>Whether enough positions may hold it.</summary>
    public bool MayStand => Holders.Count + Unknown >= Quorum;

    /// <summary>Whether some position that answered does not hold it.</summary>
    public bool IsContradicted => Holders.Count + Unknown < Total;

    public string VersionIdText => Body.VersionId == Guid.Empty ? "null" : Body.VersionId.ToString("D");

    public override string ToString() => $"version {VersionIdText} ({Holders.Count} of {Total} drives hold it, {Quorum} are needed, {Unknown} are unknown)";
}
