namespace Weir.Lab.Tests.Mdt;

/// <summary>A directory of a test's own, removed afterwards.</summary>
internal sealed class LabDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("weir-lab-").FullName;

    /// <summary>Every file by its path below the directory.</summary>
    public SortedDictionary<string, byte[]> Contents()
    {
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            contents.Add(System.IO.Path.GetRelativePath(Path, file), File.ReadAllBytes(file));
        return contents;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
