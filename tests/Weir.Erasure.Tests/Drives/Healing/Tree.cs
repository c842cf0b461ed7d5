namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>The files of a directory tree.</summary>
internal static class Tree
{
    public static Dictionary<string, byte[]> Read(string directory) => Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(directory, file), File.ReadAllBytes);
}
