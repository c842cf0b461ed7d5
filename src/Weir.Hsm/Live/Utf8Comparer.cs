namespace Weir.Hsm.Live;

/// <summary>Names by their bytes, whether or not they are UTF-8, looked up without copying them.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly Utf8Comparer Instance = new();

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => LineHash.Compute(alternate).GetHashCode();

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());
}
