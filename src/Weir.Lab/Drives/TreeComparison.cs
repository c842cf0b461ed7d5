using Weir.Erasure.Format;

namespace Weir.Lab.Drives;

/// <summary>Compares trees file by file; metadata by what it says, for a map's order may differ.</summary>
public static class TreeComparison
{
    /// <summary>What differs.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, byte[]> expected, IReadOnlyDictionary<string, byte[]> actual)
    {
        var differences = new List<string>();
        differences.AddRange(expected.Keys.Except(actual.Keys).Select(path => $"{path} is missing"));
        differences.AddRange(actual.Keys.Except(expected.Keys).Select(path => $"{path} is new"));
        foreach (string path in expected.Keys.Intersect(actual.Keys))
        {
            if (!IsSame(path, expected[path], actual[path])) differences.Add($"{path} differs");
        }

        return differences;
    }

    /// <summary>Whether two files of this path say the same.</summary>
    public static bool IsSame(string path, byte[] expected, byte[] actual)
    {
        if (expected.AsSpan().SequenceEqual(actual)) return true;
        if (Path.GetFileName(path) != XlMeta.FileName) return false;
        try
        {
            XlMeta one = XlMeta.Parse(expected), other = XlMeta.Parse(actual);
            return (one.Minor, one.HeaderVersion, one.MetaVersion) == (other.Minor, other.HeaderVersion, other.MetaVersion)
                && one.Versions.Select(Text).SequenceEqual(other.Versions.Select(Text))
                && Inline(one).SequenceEqual(Inline(other));
        }
        catch (ErasureFormatException)
        {
            return false;
        }
    }

    private static string Text(XlVersion version) => $"{Convert.ToHexString(version.RawHeader.Span)} {Convert.ToHexString(version.RawBody.Span)}";

    private static IEnumerable<string> Inline(XlMeta meta) => meta.Versions
        .Select(version => meta.Inline.TryFind(version.Header.VersionId, Guid.Empty, out ReadOnlyMemory<byte> shard) ? $"{version.Header.VersionId} {Convert.ToHexString(shard.Span)}" : "")
        .Append(string.Join(' ', meta.Inline.Keys.Order())).Append($"{meta.Inline.Damage}");
}
