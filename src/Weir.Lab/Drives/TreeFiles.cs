namespace Weir.Lab.Drives;

/// <summary>The files of a directory tree, in memory: for trees that a laboratory made itself.</summary>
public static class TreeFiles
{
    /// <summary>Every file below a directory, by its path from there.</summary>
    public static Dictionary<string, byte[]> Read(string directory) => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(directory, file), File.ReadAllBytes);
}
