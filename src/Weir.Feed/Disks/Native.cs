using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Feed.Disks;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class Native
{
    public const int Eintr = 4;
    public const int Eagain = 11;
    public const int Eacces = 13;
    public const int Enospc = 28;
    public const int Edquot = 122;

    private const int Enoent = 2;
    private const int Enotdir = 20;
    private const int OpenReadOnly = 0;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int ReadWriteForAll = 0x1B6; // 0666, less the umask
    private const int OpenDirectory = 0x10000; // O_DIRECTORY on x86-64; see DirectoryFlag
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>O_DIRECTORY differs between processors.</summary>
    private static int DirectoryFlag =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : OpenDirectory;

    /// <summary>Null when there is no such file. (File.OpenHandle would take a lock of its own, and be refused where somebody holds ours.)</summary>
    public static SafeFileHandle? OpenRead(string path)
    {
        int descriptor = OpenRetrying(path, OpenReadOnly | OpenCloseOnExec);
        if (descriptor >= 0) return new(descriptor, ownsHandle: true);
        int error = Marshal.GetLastPInvokeError();
        return error is Enoent or Enotdir ? null : throw Failure("open", path, error);
    }

    public static SafeFileHandle OpenOrCreate(string path)
    {
        int descriptor = OpenRetrying(path, OpenReadWrite | OpenCreate | OpenCloseOnExec);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw Failure("open", path, Marshal.GetLastPInvokeError());
    }

    public static void FlushData(SafeHandle handle, string path)
    {
        while (FDataSync(handle) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Eintr) throw Failure("flush", path, error);
        }
    }

    public static void FlushDirectory(string path)
    {
        int descriptor = OpenRetrying(path, OpenReadOnly | DirectoryFlag | OpenCloseOnExec);
        if (descriptor < 0) throw Failure("open directory", path, Marshal.GetLastPInvokeError());
        try
        {
            while (FSync(descriptor) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Eintr) throw Failure("flush directory", path, error);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>False when somebody else holds the lock.</summary>
    public static bool TryLock(SafeHandle handle, string path)
    {
        while (FLock(handle, LockExclusive | LockNonBlocking) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == Eagain) return false;
            if (error != Eintr) throw Failure("lock", path, error);
        }

        return true;
    }

    public static IOException Failure(string what, string path, int error)
    {
        string message = $"Cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is Enospc or Edquot ? new DiskFullException(message) : new IOException(message, error);
    }

    private static int OpenRetrying(string path, int flags)
    {
        int descriptor;
        do
        {
            descriptor = Open(path, flags, ReadWriteForAll);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Eintr);

        return descriptor;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeHandle descriptor, int operation);
}
