using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Erasure.Drives.Disks;

/// <summary>A file of this machine.</summary>
internal sealed class LocalDriveFile(SafeFileHandle handle, string path, long length) : IDriveFile
{
    /// <summary>As it was when the file was opened: shard files are never changed in place.</summary>
    public long Length => length;

    public int Read(Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = DriveCalls.ReadAt(handle, buffer[done..], offset + done, out int error);
            if (read < 0) throw new DriveFileException($"Cannot read {path} at byte {offset + done}: {Marshal.GetPInvokeErrorMessage(error)}", error);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    public void DropCache() => DriveCalls.DropCache(handle);

    public void WillRead(long offset, long bytes) => DriveCalls.WillRead(handle, offset, bytes);

    public void Dispose() => handle.Dispose();
}
