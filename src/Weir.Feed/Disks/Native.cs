using System.Runtime.InteropServices;

namespace Weir.Feed.Disks;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class Native
{
    public const int Eintr = 4;
    public const int Eagain = 11;
    public const int Enospc = 28;
    public const int Edquot = 122;

    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000; // O_DIRECTORY on x86-64; see DirectoryFlag
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>O_DIRECTORY differs between processors.</summary>
    private static int DirectoryFlag =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : OpenDirectory;

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
        int descriptor = Open(path, OpenReadOnly | DirectoryFlag | OpenCloseOnExec);
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

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeHandle descriptor, int operation);
}
