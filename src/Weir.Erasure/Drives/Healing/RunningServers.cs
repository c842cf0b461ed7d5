using System.Globalization;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Looks for processes that use drives: neither product takes a lock on a drive, so that what they have open is all there is to go by. Of
/// other users' processes only root sees that.
/// </summary>
public static class RunningServers
{
    private static readonly string[] Names = ["minio", "rustfs"];

    /// <summary>The processes, with what gives them away.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> roots)
    {
        var found = new List<string>();
        if (!Directory.Exists("/proc")) return found;
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            string id = Path.GetFileName(process);
            if (id == own || !id.All(char.IsAsciiDigit)) continue;
            if (Using(process, roots) is { } path) found.Add($"process {id} ({Name(process)}) uses {path}");
            else if (Names.Contains(Name(process))) found.Add($"process {id} is a {Name(process)}");
        }

        return found;
    }

    private static string Name(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>What of the drives it has open or works in.</summary>
    private static string? Using(string process, IReadOnlyList<string> roots)
    {
        // Shells are left alone that somebody stands in a drive with.
        if (Names.Contains(Name(process)) && Target($"{process}/cwd") is { } directory && IsBelow(directory, roots)) return directory;
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries($"{process}/fd"))
            {
                if (Target(descriptor) is { } open && IsBelow(open, roots) && !IsOnlyLook(process, descriptor)) return open;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended, or belongs to another user.
        }

        return null;
    }

    /// <summary>Shells and programs like this one hold directories; a server opens files.</summary>
    private static bool IsOnlyLook(string process, string descriptor) => Directory.Exists(descriptor) && !Names.Contains(Name(process));

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsBelow(string path, IReadOnlyList<string> roots) =>
        roots.Any(root => path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'));
}
