using System.Runtime.InteropServices;

namespace Weir.Erasure.Drives.Disks;

/// <summary>The calls that change something. All work on one name in a directory that was opened without following links.</summary>
internal static unsafe partial class DriveCalls
{
    public const int ErrorExists = 17;
    public const int ErrorInvalid = 22;

    private const int WriteOnlyNew = 0x1 | 0x40 | 0x80;
    private const int RenameNoReplace = 1;
    private const int RemoveDirectoryFlag = 0x200;
    private const int LockExclusiveNow = 2 | 4;
    private const uint StatOwnerStamp = 0x2 | 0x8 | 0x10 | 0x40 | 0x100 | 0x200;

    public static int Create(int directory, byte* name, out int error)
    {
        int opened;
        do opened = OpenAtCall(directory, name, WriteOnlyNew | CloseOnExec | NoFollow, 0x180);
        while (opened < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
        return Outcome(opened, out error);
    }

    public static int Write(int descriptor, ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* from = bytes)
        {
            nint written;
            do written = WriteCall(descriptor, from, (nuint)bytes.Length);
            while (written < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
            error = written < 0 ? Marshal.GetLastSystemError() : 0;
            return (int)written;
        }
    }

    public static int MakeDirectory(int directory, byte* name, out int error) => Outcome(MakeDirectoryCall(directory, name, 0x1c0), out error);

    public static int Rename(int fromDirectory, byte* from, int toDirectory, byte* to, bool replaces, out int error)
    {
        int outcome = Outcome(RenameCall(fromDirectory, from, toDirectory, to, replaces ? 0u : RenameNoReplace), out error);
        if (outcome == 0 || replaces || error != ErrorInvalid) return outcome;
        // The file system cannot refuse by itself to replace; a second name refuses too, for files.
        outcome = Outcome(LinkCall(fromDirectory, from, toDirectory, to, 0), out error);
        return outcome < 0 ? outcome : Outcome(UnlinkCall(fromDirectory, from, 0), out error);
    }

    public static int Unlink(int directory, byte* name, bool isDirectory, out int error) =>
        Outcome(UnlinkCall(directory, name, isDirectory ? RemoveDirectoryFlag : 0), out error);

    public static int Sync(int descriptor, out int error) => Outcome(SyncCall(descriptor), out error);

    public static int SyncAll(int descriptor, out int error) => Outcome(SyncAllCall(descriptor), out error);

    public static int LockNow(int descriptor, out int error) => Outcome(LockCall(descriptor, LockExclusiveNow), out error);

    public static int ChangeOwner(int descriptor, DriveOwner owner, out int error) => Outcome(ChangeOwnerCall(descriptor, owner.User, owner.Group), out error);

    public static int ChangeMode(int descriptor, uint mode, out int error) => Outcome(ChangeModeCall(descriptor, mode), out error);

    public static bool TryStatOwner(int descriptor, out DriveOwner owner, out DriveStamp stamp, out int error)
    {
        byte empty = 0;
        return TryStatOwner(descriptor, &empty, StatEmptyPath, out owner, out stamp, out error);
    }

    public static bool TryStatOwner(byte* path, bool follow, out DriveOwner owner, out DriveStamp stamp, out int error) =>
        TryStatOwner(CurrentDirectory, path, follow ? 0 : StatNoFollow, out owner, out stamp, out error);

    private static bool TryStatOwner(int directory, byte* path, int flags, out DriveOwner owner, out DriveStamp stamp, out int error)
    {
        // struct statx: user at 20, group at 24, mode at 28, inode at 32, size at 40, the time of the last change of content at 112.
        byte* result = stackalloc byte[StatBytes];
        int outcome;
        do outcome = StatCall(directory, path, flags, StatOwnerStamp, result);
        while (outcome < 0 && Marshal.GetLastSystemError() == ErrorInterrupted);
        error = outcome < 0 ? Marshal.GetLastSystemError() : 0;
        (owner, stamp) = (default, default);
        if (outcome < 0) return false;
        owner = new(*(uint*)(result + 20), *(uint*)(result + 24), *(ushort*)(result + 28) & 0xfffu);
        stamp = new(*(ulong*)(result + 32), *(long*)(result + 40), (*(long*)(result + 112) * 1_000_000_000) + *(uint*)(result + 120));
        return true;
    }

    private static int Outcome(int outcome, out int error)
    {
        error = outcome < 0 ? Marshal.GetLastSystemError() : 0;
        return outcome;
    }

    [LibraryImport("libc", EntryPoint = "openat")]
    private static partial int OpenAtCall(int directory, byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint WriteCall(int descriptor, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mkdirat")]
    private static partial int MakeDirectoryCall(int directory, byte* path, int mode);

    [LibraryImport("libc", EntryPoint = "renameat2")]
    private static partial int RenameCall(int fromDirectory, byte* from, int toDirectory, byte* to, uint flags);

    [LibraryImport("libc", EntryPoint = "linkat")]
    private static partial int LinkCall(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat")]
    private static partial int UnlinkCall(int directory, byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int SyncCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int SyncAllCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int LockCall(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int ChangeOwnerCall(int descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod")]
    private static partial int ChangeModeCall(int descriptor, uint mode);
}
