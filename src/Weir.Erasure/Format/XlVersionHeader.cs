namespace Weir.Erasure.Format;

/// <summary>What xl.meta says about a version without its body being read.</summary>
/// <param name="VersionId">Empty for the null version.</param>
/// <param name="ModTime">Nanoseconds since 1970.</param>
/// <param name="Signature">A hint for comparing drives that one program wrote; 0 where it was not stored.</param>
/// <param name="Type">What the version is.</param>
/// <param name="Flags">See there.</param>
/// <param name="Data">Data shards; 0 where it was not stored.</param>
/// <param name="Parity">Parity shards.</param>
public readonly record struct XlVersionHeader(
    Guid VersionId, long ModTime, uint Signature, XlVersionType Type, XlVersionFlags Flags, byte Data, byte Parity)
{
    /// <summary>The order of versions in a file: newest first, and where times are equal by the rest.</summary>
    public static int CompareNewestFirst(in XlVersionHeader left, in XlVersionHeader right)
    {
        int order = right.ModTime.CompareTo(left.ModTime);
        if (order == 0) order = left.Type.CompareTo(right.Type);
        if (order == 0) order = right.Signature.CompareTo(left.Signature);
        if (order == 0) order = Compare(right.VersionId, left.VersionId);
        return order != 0 ? order : right.Flags.CompareTo(left.Flags);
    }

    /// <summary>The id as the products print it: lower-case with dashes, or "null".</summary>
    public string VersionIdText => VersionId == Guid.Empty ? "null" : VersionId.ToString("D");

    private static int Compare(Guid left, Guid right)
    {
        Span<byte> one = stackalloc byte[16], other = stackalloc byte[16];
        left.TryWriteBytes(one, bigEndian: true, out _);
        right.TryWriteBytes(other, bigEndian: true, out _);
        return one.SequenceCompareTo(other);
    }
}
