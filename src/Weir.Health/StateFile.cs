using Weir.Feed.Disks;

namespace Weir.Health;

/// <summary>A small file of the state directory that is replaced as a whole: whoever reads it, also after a crash, finds the old content or the new one.</summary>
internal static class StateFile
{
    private const string TemporarySuffix = ".tmp";

    /// <exception cref="IOException">It could not be written; the one before is still there.</exception>
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

    /// <summary>Its content; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than it may be.</exception>
    public static byte[]? Read(IDisk disk, string path, long maxBytes)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return null;
        if (file.Length > maxBytes) throw new IOException($"it has {file.Length} bytes, and at most {maxBytes} are expected");
        byte[] content = new byte[file.Length];
        int read = 0;
        while (read < content.Length && file.Read(content.AsSpan(read), read) is > 0 and int count) read += count;
        return read == content.Length ? content : content[..read];
    }
}
