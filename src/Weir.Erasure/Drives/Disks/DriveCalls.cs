using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Erasure.Drives.Disks;

/// <summary>The calls of the system that .NET does not offer, or offers at several times their price.</summary>
internal static unsafe partial class DriveCalls
{
    public const int ReadOnly = 0;

    private const int CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const int ErrorInterrupted = 4;
    private const int ErrorReadOnlyFileSystem = 30;
    private const int ErrorAccess = 13;
    private const int WriteAccess = 2;
    private const int WillNeed = 3, DontNeed = 4;

    // openat2(2): the same number on every architecture.
    private const int OpenAt2Number = 437;
    private const ulong ResolveNoMagicLinks = 2;
    private const ulong ResolveNoSymlinks = 4;
    private const int ErrorNotImplemented = 38;
    private const int ErrorNotPermitted = 1;

    private const int StatNoFollow = 0x100;
    private const int StatEmptyPath = 0x1000;
    private const uint StatTypeLinksSize = 0x0001 | 0x0004 | 0x0200 | 0x0080;
    private const int StatBytes = 256;

    private static bool _isOpenAt2Missing;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>O_DIRECTORY and O_NOFOLLOW differ between processors.</summary>
    public static int Directory => IsArm ? 0x4000 : 0x10000;

    private static int NoFollow => IsArm ? 0x8000 : 0x20000;

    private static int NonBlocking => 0x800;

    /// <summary>ENOENT, ENOTDIR, ENAMETOOLONG: nothing can stand there.</summary>
    public static bool IsAbsent(int error) => error is 2 or 20 or 36;

    /// <summary>ELOOP.</summary>
    public static bool IsLink(int error) => error == 40;

    /// <summary>Opens without following links below the root, without waiting for the other end of a pipe.</summary>
    public static int Open(in NativePath path, int flags, out int error)
    {
        flags |= CloseOnExec | NonBlocking | NoFollow;
        // The root itself may be a link: openat2 would call one that is to be a directory no directory.
        if (path.Length == path.RootBytes) return OpenPlain(path.Pointer, flags & ~NoFollow, out error);
        if (!Volatile.Read(ref _isOpenAt2Missing))
        {
            int opened = OpenBelowRoot(path, flags, out error);
            if (opened >= 0 || error is not (ErrorNotImplemented or ErrorNotPermitted)) return opened;
            Volatile.Write(ref _isOpenAt2Missing, true);
        }

        return OpenChecked(path, flags, out error);
    }

    public static int Read(int descriptor, Span<byte> buffer, out int error)
    {
        fixed (byte* to = buffer)
        {
            nint read;
            do read = ReadCall(descriptor, to, (nuint)buffer.Length);
            while (read < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
            error = read < 0 ? Marshal.GetLastSystemError() : 0;
            return (int)read;
        }
    }

    public static int ReadAt(SafeFileHandle handle, Span<byte> buffer, long offset, out int error)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            fixed (byte* to = buffer)
            {
                nint read;
                do read = ReadAtCall((int)handle.DangerousGetHandle(), to, (nuint)buffer.Length, offset);
                while (read < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
                error = read < 0 ? Marshal.GetLastSystemError() : 0;
                return (int)read;
            }
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    /// <summary>Bytes of directory entries, 0 at the end, or -1.</summary>
    public static int ReadDirectory(int descriptor, byte* buffer, int bytes, out int error)
    {
        nint read = ReadDirectoryCall(descriptor, buffer, (nuint)bytes);
        error = read < 0 ? Marshal.GetLastSystemError() : 0;
        return (int)read;
    }

    /// <summary>Gives each entry of what <see cref="ReadDirectory"/> read (linux_dirent64 of getdents64(2)); false when the visitor wants no more.</summary>
    public static bool Visit(ReadOnlySpan<byte> entries, DriveEntryVisitor visit)
    {
        const int lengthAt = 16, typeAt = 18, nameAt = 19;
        while (entries.Length > nameAt)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[lengthAt..]);
            if (length <= nameAt || length > entries.Length) return false;
            ReadOnlySpan<byte> name = entries[nameAt..length];
            int end = name.IndexOf((byte)0);
            if (end >= 0) name = name[..end];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8) && !visit(name, Kind(entries[typeAt]))) return false;
            entries = entries[length..];
        }

        return true;
    }

    public static bool TryStat(int descriptor, out DriveEntry entry, out int error)
    {
        byte empty = 0;
        return TryStat(descriptor, &empty, StatEmptyPath, out entry, out error);
    }

    public static bool TryStat(byte* path, bool follow, out DriveEntry entry, out int error) => TryStat(CurrentDirectory, path, follow ? 0 : StatNoFollow, out entry, out error);

    public static void Close(int descriptor) => _ = CloseCall(descriptor);

    /// <summary>Only clean pages go, and a refusal costs nothing but freshness.</summary>
    public static void DropCache(SafeFileHandle handle) => Advise(handle, 0, 0, DontNeed);

    /// <summary>A refusal costs nothing but time.</summary>
    public static void WillRead(SafeFileHandle handle, long offset, long bytes) => Advise(handle, offset, bytes, WillNeed);

    private static void Advise(SafeFileHandle handle, long offset, long bytes, int advice)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            _ = AdviseCall((int)handle.DangerousGetHandle(), offset, bytes, advice);
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    public static bool MayWrite(string path) => Access(path, WriteAccess) == 0 || Marshal.GetLastSystemError() is not (ErrorReadOnlyFileSystem or ErrorAccess);

    /// <summary>What a file system holds; false where the path is not its root, so that others may share it.</summary>
    public static bool TryUsage(string root, out long files, out long bytes)
    {
        (files, bytes) = (0, 0);
        if (IntPtr.Size != 8 || !TryDevice(root, out long own) || !TryDevice(Path.Combine(root, ".."), out long above) || own == above) return false;
        // struct statvfs of 64-bit systems: frsize at 8, blocks at 16, bfree at 24, files at 40, ffree at 48.
        byte* result = stackalloc byte[StatBytes];
        if (FileSystem(root, result) != 0) return false;
        files = *(long*)(result + 40) - *(long*)(result + 48);
        bytes = (*(long*)(result + 16) - *(long*)(result + 24)) * *(long*)(result + 8);
        return files > 0;
    }

    private static bool TryDevice(string path, out long device)
    {
        // struct statx: the device's numbers at 136 and 140.
        byte* result = stackalloc byte[StatBytes];
        device = 0;
        using var native = new NativePath(stackalloc byte[NativePath.StackBytes], path, "");
        if (StatCall(CurrentDirectory, native.Pointer, 0, StatTypeLinksSize, result) != 0) return false;
        device = *(long*)(result + 136);
        return true;
    }

    private static int OpenBelowRoot(in NativePath path, int flags, out int error)
    {
        // The root may be reached by links: it is opened by itself only where it is one, which the first call tells.
        var how = new OpenHow { Flags = (ulong)flags, Resolve = ResolveNoSymlinks | ResolveNoMagicLinks };
        int opened = Call(CurrentDirectory, path.Pointer, &how, out error);
        if (opened >= 0 || !IsLink(error)) return opened;
        byte slash = path.Pointer[path.RootBytes];
        path.Pointer[path.RootBytes] = 0;
        int root = OpenPlain(path.Pointer, CloseOnExec | Directory, out error);
        path.Pointer[path.RootBytes] = slash;
        if (root < 0) return -1;
        opened = Call(root, path.Pointer + path.RootBytes + 1, &how, out error);
        Close(root);
        return opened;

        static int Call(int directory, byte* path, OpenHow* how, out int error)
        {
            long opened;
            do opened = OpenAt2(OpenAt2Number, directory, path, how, (nuint)sizeof(OpenHow));
            while (opened < 0 && Marshal.GetLastSystemError() is ErrorInterrupted or 11);
            error = opened < 0 ? Marshal.GetLastSystemError() : 0;
            return (int)opened;
        }
    }

    /// <summary>For kernels before 5.6 and sandboxes: each directory on the way is looked at first.</summary>
    private static int OpenChecked(in NativePath path, int flags, out int error)
    {
        error = 0;
        for (int at = path.RootBytes + 1; at < path.Length; at++)
        {
            if (path.Pointer[at] != '/') continue;
            path.Pointer[at] = 0;
            bool known = TryStat(path.Pointer, follow: false, out DriveEntry entry, out error);
            path.Pointer[at] = (byte)'/';
            if (!known) return -1;
            if (entry.Kind == DriveEntryKind.Directory) continue;
            error = entry.Kind == DriveEntryKind.File ? 20 : 40;
            return -1;
        }

        return OpenPlain(path.Pointer, flags, out error);
    }

    private static int OpenPlain(byte* path, int flags, out int error)
    {
        int opened;
        do opened = OpenCall(path, flags, 0);
        while (opened < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
        error = opened < 0 ? Marshal.GetLastSystemError() : 0;
        return opened;
    }

    private static bool TryStat(int directory, byte* path, int flags, out DriveEntry entry, out int error)
    {
        // struct statx, the same on every architecture: links at 16, mode at 28, size at 40, the time of the last change of content or properties at 96.
        byte* result = stackalloc byte[StatBytes];
        int outcome;
        do outcome = StatCall(directory, path, flags, StatTypeLinksSize, result);
        while (outcome < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
        error = outcome < 0 ? Marshal.GetLastSystemError() : 0;
        entry = default;
        if (outcome < 0) return false;
        DriveEntryKind kind = (*(ushort*)(result + 28) & 0xf000) switch
        {
            0x8000 => DriveEntryKind.File,
            0x4000 => DriveEntryKind.Directory,
            _ => DriveEntryKind.Other,
        };
        entry = new(kind, *(long*)(result + 40), (int)Math.Min(*(uint*)(result + 16), int.MaxValue)) { ChangedNs = (*(long*)(result + 96) * 1_000_000_000) + *(uint*)(result + 104) };
        return true;
    }

    private static DriveEntryKind Kind(byte type) => type switch
    {
        0 => DriveEntryKind.Unknown,
        4 => DriveEntryKind.Directory,
        8 => DriveEntryKind.File,
        _ => DriveEntryKind.Other,
    };

    // Marshal.GetLastSystemError is read directly after each call, which SetLastError would do at a price of its own.
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long OpenAt2(long number, long directory, byte* path, OpenHow* how, nuint size);

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int OpenCall(byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadCall(int descriptor, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "pread64")]
    private static partial nint ReadAtCall(int descriptor, byte* buffer, nuint bytes, long offset);

    [LibraryImport("libc", EntryPoint = "getdents64")]
    private static partial nint ReadDirectoryCall(int descriptor, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int StatCall(int directory, byte* path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    private static partial int AdviseCall(int descriptor, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileSystem(string path, byte* result);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    /// <summary>struct open_how.</summary>
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
