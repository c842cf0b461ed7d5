namespace Weir.Cli.Tests.Architecture;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", "artifacts", "BenchmarkDotNet.Artifacts", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file that belongs to the project, relative to its root.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. List(Root).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Projects => Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Weir.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException($"There is no Weir.slnx above {AppContext.BaseDirectory}.");
    }

    private static IEnumerable<string> List(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory).Where(file => !NotOurs.Contains(Path.GetFileName(file)))) yield return file;
        foreach (string below in Directory.EnumerateDirectories(directory))
        {
            if (NotOurs.Contains(Path.GetFileName(below))) continue;
            foreach (string file in List(below)) yield return file;
        }
    }
}
