using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Health.Healing.Repairing;

/// <summary>Which directories have a file system of their own. An empty directory that has none may be where a drive did not come up.</summary>
internal static partial class MountPoints
{
    private const string Table = "/proc/self/mountinfo";

    /// <summary>Whether something is mounted at a path; false where that cannot be known.</summary>
    public static bool Has(string path)
    {
        try
        {
            return Has(File.ReadLines(Table), Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The same from the table's lines: <c>id parent major:minor root mount-point …</c>, with blanks and such as octal escapes (proc(5)).</summary>
    internal static bool Has(IEnumerable<string> lines, string path) =>
        lines.Select(line => line.Split(' ', 6)).Any(fields => fields.Length == 6 && Octal().Replace(fields[4], match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString(CultureInfo.InvariantCulture)) == path);

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
