namespace Weir.Erasure.Tests;

/// <summary>Real files of other projects, which lie beside the repository and are never copied into it.</summary>
internal static class Fixtures
{
    /// <summary>The full path of a file or folder under the erasure fixtures; the test is skipped where they are absent.</summary>
    public static string Path(string relativePath)
    {
        for (DirectoryInfo? room = new(AppContext.BaseDirectory); room is not null; room = room.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(room.FullName, "Weir.slnx"))) continue;
            for (DirectoryInfo? above = room.Parent; above is not null; above = above.Parent)
            {
                string path = System.IO.Path.Combine(above.FullName, "shared", "fixtures", "erasure", relativePath);
                if (System.IO.Path.Exists(path)) return path;
            }
        }

        Assert.Skip($"The shared fixture erasure/{relativePath} does not lie beside this repository.");
        return "";
    }

    public static byte[] Hex(string relativePath) => Convert.FromHexString(File.ReadAllText(Path(relativePath)).Trim());
}
