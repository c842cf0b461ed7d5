using Microsoft.Win32.SafeHandles;

namespace Weir.Feed.Disks;

internal sealed class LocalDiskFile(SafeFileHandle handle, string path) : IDiskFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (IOException full) when (full.HResult is Native.Enospc or Native.Edquot)
        {
            throw new DiskFullException($"No room for {path}: {full.Message}", full);
        }
    }

    public void Truncate(long length) => RandomAccess.SetLength(handle, length);

    public void Sync() => Native.FlushData(handle, path);

    public void Dispose() => handle.Dispose();
}
