namespace Weir.Coordinator.Requests;

/// <summary>
/// Lets requests with equal data share it: sites put the same few tags on millions of files. It remembers what it saw last, and no more.
/// </summary>
internal sealed class DataPool
{
    private const int Remembered = 4096;
    private const int LongestShared = 256;

    private readonly byte[]?[] _seen = new byte[Remembered][];

    /// <summary>A copy, or an older one that is equal; null for nothing.</summary>
    public byte[]? Keep(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return null;
        if (data.Length > LongestShared) return data.ToArray();
        ref byte[]? seen = ref _seen[ByteStrings.Hash(data) & (Remembered - 1)];
        if (seen is not null && data.SequenceEqual(seen)) return seen;
        return seen = data.ToArray();
    }
}
