using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>Replaces a small file as a whole: whoever reads it, also after a crash, finds the old content or the new one.</summary>
internal static class SmallFile
{
    /// <summary>What a file's name ends with while it is being written; no escaped name ends like this.</summary>
    public const string TemporarySuffix = "%tmp";

    /// <summary>Writes the content beside the file, makes it durable and puts it in the file's place. The caller holds the lock under which the file is written.</summary>
    /// <exception cref="DiskFullException">There is no room; the file is as before.</exception>
    /// <exception cref="IOException">The disk failed; the file holds the old content or the new one.</exception>
    public static void Replace(IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporarySuffix;
        using (IDiskFile file = disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            file.Write(content, 0);
            file.Sync();
        }

        disk.Rename(temporary, path);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
