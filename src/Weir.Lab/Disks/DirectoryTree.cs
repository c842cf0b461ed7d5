namespace Weir.Lab.Disks;

/// <summary>All files and directories by their absolute paths.</summary>
internal sealed class DirectoryTree
{
    public DirectoryTree() : this(new DirectoryNode()) { }

    private DirectoryTree(DirectoryNode root) => Root = root;

    public DirectoryNode Root { get; }

    public DirectoryTree Clone() => new((DirectoryNode)Root.Clone());

    public static string Normalize(string path)
    {
        if (path.Length == 0 || path[0] != '/') throw new ArgumentException($"'{path}' is not an absolute path.", nameof(path));
        return path.Length > 1 ? path.TrimEnd('/') : path;
    }

    public static string Parent(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "/";

    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path and all directories above it, the root excluded, from the top.</summary>
    public static IEnumerable<string> Levels(string path)
    {
        for (int slash = path.IndexOf('/', 1); slash >= 0; slash = path.IndexOf('/', slash + 1)) yield return path[..slash];
        if (path != "/") yield return path;
    }

    public Node? Find(string path)
    {
        Node? node = Root;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as DirectoryNode)?.Find(part);
            if (node is null) return null;
        }

        return node;
    }

    public FileNode? FindFile(string path) => Find(path) as FileNode;

    public DirectoryNode ParentOf(string path) => Directory(Parent(path));

    /// <exception cref="IOException">There is no such directory.</exception>
    public DirectoryNode Directory(string path) => Find(path) switch
    {
        DirectoryNode directory => directory,
        null => throw DiskErrors.Missing(path),
        _ => throw DiskErrors.NotADirectory(path),
    };

    /// <summary>Every file with its path, in ordinal order.</summary>
    public IEnumerable<(string Path, FileNode File)> Files() => FilesIn("", Root);

    private static IEnumerable<(string Path, FileNode File)> FilesIn(string path, DirectoryNode directory)
    {
        foreach ((string name, Node node) in directory.Entries.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (node is FileNode file) yield return ($"{path}/{name}", file);
            else
                foreach ((string, FileNode) below in FilesIn($"{path}/{name}", (DirectoryNode)node)) yield return below;
        }
    }
}
