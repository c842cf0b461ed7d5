using System.Text;
using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives;

/// <summary>
/// Reads files below the root of a drive. Symbolic links below the root are not followed: a drive's content is not trusted, and the
/// servers make none.
/// </summary>
public sealed class DriveFiles(string root, IDriveDisk disk)
{
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>What the drive is on.</summary>
    public IDriveDisk Disk => disk;

    /// <summary>Opens a file to be read at any place; null where it is not there.</summary>
    /// <param name="relativePath">With "/" between components, none of them "." or "..".</param>
    /// <exception cref="DriveFileException">It is there and cannot be read.</exception>
    public IDriveFile? TryOpen(string relativePath) => disk.OpenRead(Root, Check(relativePath));

    /// <summary>The bytes of a small file; null where it is not there.</summary>
    /// <exception cref="DriveFileException">It cannot be read, or is larger than <paramref name="maxBytes"/>.</exception>
    public byte[]? TryReadAll(string relativePath, int maxBytes)
    {
        using IDriveFile? file = TryOpen(relativePath);
        if (file is null) return null;
        if (file.Length > maxBytes) throw new DriveFileException($"{Root}/{relativePath} has {file.Length} bytes; at most {maxBytes} are read.");
        byte[] bytes = new byte[(int)file.Length];
        int read = file.Read(bytes, 0);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Reads the beginning of a file, up to the buffer's size; -1 where there is none. Less than asked for means its end.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    public int ReadStart(string relativePath, Span<byte> buffer) => disk.ReadStart(Root, Check(relativePath), buffer);

    /// <summary>What stands at a path; null for nothing. Directories on the way are taken to be none that a link replaced.</summary>
    /// <exception cref="DriveFileException">It cannot be known.</exception>
    public DriveEntry? Stat(string relativePath) => disk.Stat(Root, Check(relativePath));

    public bool DirectoryExists(string relativePath) => Stat(relativePath) is { Kind: DriveEntryKind.Directory };

    public bool FileExists(string relativePath) => Stat(relativePath) is { Kind: DriveEntryKind.File };

    /// <summary>Names what a directory holds; "" is the root.</summary>
    /// <exception cref="DriveFileException">It cannot be read to its end.</exception>
    public void List(string relativePath, DriveEntryVisitor visit) => disk.List(Root, relativePath.Length == 0 ? "" : Check(relativePath), visit);

    /// <summary>The names in a directory with what they are, sorted by their bytes; those that are no UTF-8 are left out.</summary>
    /// <exception cref="DriveFileException">It cannot be read to its end, or holds more than <paramref name="most"/>.</exception>
    public List<(string Name, DriveEntryKind Kind)> ReadDirectory(string relativePath, int most)
    {
        var entries = new List<(string Name, DriveEntryKind Kind)>();
        bool isWhole = true;
        List(relativePath, (name, kind) =>
        {
            if (!System.Text.Unicode.Utf8.IsValid(name)) return true;
            isWhole = entries.Count < most;
            if (isWhole) entries.Add((Encoding.UTF8.GetString(name), kind));
            return isWhole;
        });
        if (!isWhole) throw new DriveFileException($"{Root}/{relativePath} holds more than {most} names.");
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Kind != DriveEntryKind.Unknown) continue;
            // Some file systems do not say it in their listings.
            string path = relativePath.Length == 0 ? entries[i].Name : $"{relativePath}/{entries[i].Name}";
            entries[i] = (entries[i].Name, Stat(path)?.Kind ?? DriveEntryKind.Other);
        }

        entries.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return entries;
    }

    private static string Check(string relativePath)
    {
        if (!IsSafe(relativePath)) throw new ArgumentException($"'{relativePath}' is no path below a drive.", nameof(relativePath));
        return relativePath;
    }

    private static bool IsSafe(ReadOnlySpan<char> path)
    {
        if (path.Contains('\0')) return false;
        while (true)
        {
            int slash = path.IndexOf('/');
            ReadOnlySpan<char> component = slash < 0 ? path : path[..slash];
            if (component is "" or "." or "..") return false;
            if (slash < 0) return true;
            path = path[(slash + 1)..];
        }
    }
}
