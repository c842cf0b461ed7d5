using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>The file calls of the C library, by descriptors: nothing here follows a symbolic link.</summary>
internal static unsafe partial class NativeFiles
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Truncate = 0x200;
    public const int NonBlocking = 0x800;

    private const int NotPermitted = 1;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private const int EmptyPath = 0x1000;
    private const int SeekDataFrom = 3;
    private const int SeekHoleFrom = 4;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>O_DIRECTORY and O_NOFOLLOW differ between processors.</summary>
    public static int Directory { get; } = IsArm ? 0x4000 : 0x10000;

    private static int NoFollow { get; } = IsArm ? 0x8000 : 0x20000;

    /// <summary>Opens an entry of a directory; null with the errno when it cannot.</summary>
    public static SafeFileHandle? OpenAt(SafeFileHandle directory, string name, int flags, uint mode, out int errno) => Opened(() => Openat(directory, name, flags | CloseOnExec | NoFollow, mode), out errno);

    /// <summary>Opens a path as it is, links in it included: for the places that the operator names.</summary>
    public static SafeFileHandle? Open(string path, int flags, out int errno) => Opened(() => OpenAny(path, flags | CloseOnExec, 0), out errno);

    /// <summary>A file only to look at (O_PATH): nothing is opened, and so nothing restored.</summary>
    public static SafeFileHandle? OpenPath(string path) => Open(path, PathOnly, out int _);

    public static void MakeDirectory(SafeFileHandle directory, string name, out int errno) => errno = Mkdirat(directory, name, 0x1C0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static void Rename(SafeFileHandle directory, string from, string to)
    {
        if (Renameat(directory, from, directory, to) != 0) throw Failure($"Renaming {from} to {to}");
    }

    /// <summary>False when there is no such entry.</summary>
    public static bool Remove(SafeFileHandle directory, string name)
    {
        if (Unlinkat(directory, name, 0) == 0) return true;
        int errno = Marshal.GetLastPInvokeError();
        return errno == MoverErrno.NoEntry ? false : throw MoverException.Of(errno, $"Removing {name}");
    }

    public static FileStatus Status(SafeFileHandle file, string what)
    {
        StatxBuffer buffer;
        if (Statx(file, "", EmptyPath, 0x7ff, &buffer) != 0) throw Failure($"Looking at {what}");
        return new(buffer);
    }

    public static void Flush(SafeFileHandle file, string what)
    {
        while (Fsync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != MoverErrno.Interrupted) throw Failure($"Flushing {what}");
        }
    }

    public static void SetLength(SafeFileHandle file, long length, string what)
    {
        while (Ftruncate(file, length) != 0)
        {
            if (Marshal.GetLastPInvokeError() != MoverErrno.Interrupted) throw Failure($"Setting the length of {what}");
        }
    }

    public static void Rewind(SafeFileHandle file, string what)
    {
        if (Lseek(file, 0, 0) < 0) throw Failure($"Going to the beginning of {what}");
    }

    /// <summary>Where the next data begins at or after the offset; <paramref name="end"/> when there is none.</summary>
    public static long NextData(SafeFileHandle file, long offset, long end)
    {
        long found = Lseek(file, offset, SeekDataFrom);
        if (found >= 0) return Math.Min(found, end);

        // ENXIO: no more data. Anything else: this file system cannot tell, so all of it may be data.
        return Marshal.GetLastPInvokeError() == MoverErrno.NoSuchDevice ? end : offset;
    }

    /// <summary>Where the data at the offset ends; <paramref name="end"/> when it does not before.</summary>
    public static long NextHole(SafeFileHandle file, long offset, long end)
    {
        long found = Lseek(file, offset, SeekHoleFrom);
        return found > offset ? Math.Min(found, end) : end;
    }

    /// <summary>Reads up to the buffer's length; less only at the end of the file.</summary>
    public static int Read(SafeFileHandle file, Span<byte> buffer, long offset, string what)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            fixed (byte* at = buffer[done..])
            {
                nint read = Pread(file, at, (nuint)(buffer.Length - done), offset + done);
                if (read == 0) break;
                if (read > 0) done += (int)read;
                else if (Marshal.GetLastPInvokeError() != MoverErrno.Interrupted) throw Failure($"Reading {what}");
            }
        }

        return done;
    }

    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, string what)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* at = bytes)
            {
                nint written = Pwrite(file, at, (nuint)bytes.Length, offset);
                if (written > 0)
                {
                    bytes = bytes[(int)written..];
                    offset += written;
                }
                else if (written == 0 || Marshal.GetLastPInvokeError() != MoverErrno.Interrupted)
                {
                    throw Failure($"Writing {what}");
                }
            }
        }
    }

    /// <summary>Sets owner, permissions and times. Who may not give files away keeps them.</summary>
    public static void SetAttributes(SafeFileHandle file, FileStatus like, string what)
    {
        if (Fchown(file, like.UserId, like.GroupId) != 0 && Marshal.GetLastPInvokeError() is not (NotPermitted or MoverErrno.Invalid or MoverErrno.NotSupported)) throw Failure($"Giving {what} to its owner");

        // No copy is set-user-id: nobody is to run it.
        if (Fchmod(file, like.Mode & 0x1FF) != 0) throw Failure($"Setting the permissions of {what}");
        long* times = stackalloc long[] { like.AccessSeconds, like.AccessNanoseconds, like.ModifySeconds, like.ModifyNanoseconds };
        if (Futimens(file, times) != 0) throw Failure($"Setting the times of {what}");
    }

    public static MoverException Failure(string what) => MoverException.Of(Marshal.GetLastPInvokeError(), what);

    private static SafeFileHandle? Opened(Func<int> open, out int errno)
    {
        while (true)
        {
            int descriptor = open();
            errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (descriptor >= 0) return new(descriptor, ownsHandle: true);
            if (errno != MoverErrno.Interrupted) return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Openat(SafeFileHandle directory, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAny(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mkdirat(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Renameat(SafeFileHandle fromDirectory, string from, SafeFileHandle toDirectory, string to);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlinkat(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, StatxBuffer* buffer);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Ftruncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint Pread(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint Pwrite(SafeFileHandle file, byte* buffer, nuint length, long offset);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Fchown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int Fchmod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    private static partial int Futimens(SafeFileHandle file, long* times);
}
