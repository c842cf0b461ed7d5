using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Erasure.Drives.Disks;

/// <summary>The file systems of this machine.</summary>
public sealed unsafe class LocalDriveDisk : IDriveDisk
{
    private const int ListBufferBytes = 32 << 10;

    private LocalDriveDisk()
    {
    }

    public static LocalDriveDisk Instance { get; } = new();

    public IDriveFile? OpenRead(string root, string relativePath)
    {
        int descriptor = Open(root, relativePath, DriveCalls.ReadOnly);
        if (descriptor < 0) return null;
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (!DriveCalls.TryStat(descriptor, out DriveEntry entry, out int error)) throw Failure("look at", root, relativePath, error);
            if (entry.Kind != DriveEntryKind.File) throw new DriveFileException($"{root}/{relativePath} is no regular file, where one belongs.");
            return new LocalDriveFile(handle, $"{root}/{relativePath}", entry.Size);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public DriveEntry? Stat(string root, string relativePath)
    {
        using var path = new NativePath(stackalloc byte[NativePath.StackBytes], root, relativePath);
        if (DriveCalls.TryStat(path.Pointer, follow: relativePath.Length == 0, out DriveEntry entry, out int error)) return entry;
        return DriveCalls.IsAbsent(error) ? null : throw Failure("look at", root, relativePath, error);
    }

    public void List(string root, string relativePath, DriveEntryVisitor visit)
    {
        int descriptor = Open(root, relativePath, DriveCalls.Directory);
        if (descriptor < 0) return;
        try
        {
            byte* buffer = (byte*)NativeMemory.Alloc(ListBufferBytes);
            try
            {
                while (true)
                {
                    int read = DriveCalls.ReadDirectory(descriptor, buffer, ListBufferBytes, out int error);
                    if (read < 0) throw Failure("list", root, relativePath, error);
                    if (read == 0 || !DriveCalls.Visit(new(buffer, read), visit)) return;
                }
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
        finally
        {
            DriveCalls.Close(descriptor);
        }
    }

    public int ReadStart(string root, string relativePath, Span<byte> buffer)
    {
        int descriptor = Open(root, relativePath, DriveCalls.ReadOnly);
        if (descriptor < 0) return -1;
        try
        {
            int done = 0;
            while (done < buffer.Length)
            {
                int wanted = buffer.Length - done, read = DriveCalls.Read(descriptor, buffer[done..], out int error);
                if (read < 0) throw Failure("read", root, relativePath, error);
                done += read;
                // A regular file gives all it has: less is its end, and needs no second call.
                if (read < wanted) break;
            }

            return done;
        }
        finally
        {
            DriveCalls.Close(descriptor);
        }
    }

    public DriveSpace Space(string root)
    {
        bool isReadOnly = !DriveCalls.MayWrite(root);
        try
        {
            var info = new DriveInfo(root);
            bool isOwn = DriveCalls.TryUsage(root, out long files, out long bytes);
            return new(info.TotalSize, info.AvailableFreeSpace, isReadOnly) { UsedFiles = isOwn ? files : 0, UsedBytes = isOwn ? bytes : 0 };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The room is for display alone; that the drive cannot be read shows in what follows.
            return new(0, 0, isReadOnly);
        }
    }

    /// <summary>A descriptor, or -1 where there is nothing at the path.</summary>
    private static int Open(string root, string relativePath, int flags)
    {
        using var path = new NativePath(stackalloc byte[NativePath.StackBytes], root, relativePath);
        int descriptor = DriveCalls.Open(path, flags, out int error);
        if (descriptor >= 0) return descriptor;
        if (DriveCalls.IsAbsent(error)) return -1;
        throw DriveCalls.IsLink(error)
            ? new DriveFileException($"{root}/{relativePath} is or goes through a symbolic link, which is not followed.", error)
            : Failure("open", root, relativePath, error);
    }

    private static DriveFileException Failure(string what, string root, string relativePath, int error) =>
        new($"Cannot {what} {root}/{relativePath}: {Marshal.GetPInvokeErrorMessage(error)}", error);
}
