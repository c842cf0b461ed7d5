namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>Finds the journal's files.</summary>
internal static class JournalPaths
{
    private const int MaxFiles = 4096;

    /// <summary>The files in the directories and one level below, but for users' own; a single file may be named too.</summary>
    public static IEnumerable<string> In(IReadOnlyList<string> directories) =>
        directories.SelectMany(InOne).Where(IsOfSystem).Order(StringComparer.Ordinal).Take(MaxFiles);

    private static IEnumerable<string> InOne(string directory)
    {
        if (File.Exists(directory)) return [directory];
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };
        try
        {
            return Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory, "*.journal*", options)] : [];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool IsOfSystem(string path)
    {
        string name = Path.GetFileName(path);
        return (name.EndsWith(".journal", StringComparison.Ordinal) || name.EndsWith(".journal~", StringComparison.Ordinal)) && !name.StartsWith("user-", StringComparison.Ordinal);
    }
}
