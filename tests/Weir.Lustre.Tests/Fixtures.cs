namespace Weir.Lustre.Tests;

/// <summary>Sample files that are shared by several projects and lie beside the repository.</summary>
internal static class Fixtures
{
    public static string[] ReadLines(string relativePath) => File.ReadAllLines(Find(relativePath));

    public static byte[] ReadBytes(string relativePath) => File.ReadAllBytes(Find(relativePath));

    private static string Find(string relativePath)
    {
        for (DirectoryInfo? room = new(AppContext.BaseDirectory); room is not null; room = room.Parent)
        {
            if (!File.Exists(Path.Combine(room.FullName, "Weir.slnx"))) continue;
            for (DirectoryInfo? above = room.Parent; above is not null; above = above.Parent)
            {
                string file = Path.Combine(above.FullName, "shared", "fixtures", relativePath);
                if (File.Exists(file)) return file;
            }
        }

        Assert.Skip($"The shared fixture {relativePath} does not lie beside this repository.");
        return "";
    }
}
