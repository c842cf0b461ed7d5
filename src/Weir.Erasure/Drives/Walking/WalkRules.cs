namespace Weir.Erasure.Drives.Walking;

/// <summary>Which directories of a drive hold objects, and in which order they are walked.</summary>
public static class WalkRules
{
    /// <summary>Directories of this program's own, at the root of a drive, begin so.</summary>
    public const string OwnPrefix = ".weir";

    private const int MinBucketLength = 3;

    private static readonly string[] SystemDirectories = [".minio.sys", ".rustfs.sys"];

    /// <summary>In a system directory: work in progress and what was deleted, never objects.</summary>
    private static readonly string[] SystemSkipped = ["tmp", "tmp-old", "multipart", "trash"];

    /// <summary>Whether a directory at the root of a drive is a bucket; the servers' own directories are, for IAM and policies lie there.</summary>
    public static bool IsBucket(string name) =>
        name.Length >= MinBucketLength && name != "lost+found" && !name.StartsWith(OwnPrefix, StringComparison.Ordinal);

    public static bool IsSystem(string bucket) => Array.IndexOf(SystemDirectories, bucket) >= 0;

    /// <summary>Whether a directory below a bucket is walked at all.</summary>
    /// <param name="parent">The directory that it is in, with the bucket first.</param>
    /// <param name="name">Its name.</param>
    public static bool IsWalked(string parent, string name) => !IsSystem(parent) || Array.IndexOf(SystemSkipped, name) < 0;

    /// <summary>
    /// The order of the walk: component by component, each by its bytes in UTF-8, a directory before what is in it. (The order of whole keys
    /// differs from it only where one key continues another with a character below "/".)
    /// </summary>
    public static int Compare(string left, string right)
    {
        ReadOnlySpan<char> one = left, other = right;
        while (true)
        {
            int oneEnd = one.IndexOf('/'), otherEnd = other.IndexOf('/');
            int order = CompareNames(oneEnd < 0 ? one : one[..oneEnd], otherEnd < 0 ? other : other[..otherEnd]);
            if (order != 0) return order;
            if (oneEnd < 0 || otherEnd < 0) return oneEnd.CompareTo(otherEnd);
            one = one[(oneEnd + 1)..];
            other = other[(otherEnd + 1)..];
        }
    }

    /// <summary>Whether a path is the other or lies below it.</summary>
    public static bool IsWithin(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    /// <summary>By code points, which is the order of UTF-8: in UTF-16 the surrogates come before the last of the plane below them.</summary>
    private static int CompareNames(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        (char one, char other) = (left[common], right[common]);
        bool isHigh = char.IsSurrogate(one), isOtherHigh = char.IsSurrogate(other);
        return isHigh == isOtherHigh ? one.CompareTo(other) : isHigh ? 1 : -1;
    }
}
