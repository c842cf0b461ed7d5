using System.IO.Enumeration;
using System.Text;

namespace Weir.Hsm.RestoringAhead;

/// <summary>Looks through a directory for the files that a pattern names. Paths come from outside: nothing beyond the mount point is looked at.</summary>
internal static class SiblingScan
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    /// <summary>Directory and name of a file, by a path that lfs has told; null when it does not lie below the mount point.</summary>
    public static (string Directory, string Name)? Split(string mountPoint, string path)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(mountPoint));
        // Asked with a file system's name lfs tells paths from its root on.
        string whole = Path.IsPathRooted(path) ? path : Path.Join(root, path);
        if (!IsClean(whole) || whole.Split('/').Any(part => part is "." or "..")) return null;
        string? directory = Path.GetDirectoryName(whole);
        string name = Path.GetFileName(whole);
        if (directory is null || !IsUsable(name)) return null;
        return directory == root || directory.StartsWith(root == "/" ? root : root + "/", StringComparison.Ordinal) ? (directory, name) : null;
    }

    /// <summary>Whether a name is one, and can be told to lfs and found in what it prints.</summary>
    public static bool IsUsable(string? name) => !string.IsNullOrEmpty(name) && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal) && IsClean(name);

    /// <summary>The names of the regular files that match, in ordinal order, without the one that is being restored.</summary>
    /// <exception cref="IOException">The directory cannot be read, is no directory, or has more matching files than allowed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static List<string> Find(string directory, string trigger, RestoreAheadOptions options)
    {
        if (new DirectoryInfo(directory).LinkTarget is not null) throw new IOException("It is a symbolic link.");
        List<string> names = [];
        var entries = new FileSystemEnumerable<string>(directory, (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && options.Pattern.IsMatch(entry.FileName) && (entry.Attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) == 0,
        };
        foreach (string name in entries)
        {
            if (name == trigger || !IsUsable(name)) continue;
            if (names.Count == options.MaxFiles) throw new IOException($"More than {options.MaxFiles:N0} of its files match, which is the most that is restored ahead.");
            names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>No control characters, and nothing that was no UTF-8.</summary>
    private static bool IsClean(string text) => !text.Any(character => char.IsControl(character) || character == Rune.ReplacementChar.Value);
}
