using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Erasure.Drives.Disks;

/// <summary>The file systems of this machine, to be written to.</summary>
public sealed unsafe class LocalDriveStore : IDriveStore
{
    private const int ErrorTryAgain = 11;

    private LocalDriveStore()
    {
    }

    public static LocalDriveStore Instance { get; } = new();

    public IDriveFile? OpenRead(string root, string relativePath) => LocalDriveDisk.Instance.OpenRead(root, relativePath);

    public DriveEntry? Stat(string root, string relativePath) => LocalDriveDisk.Instance.Stat(root, relativePath);

    public void List(string root, string relativePath, DriveEntryVisitor visit) => LocalDriveDisk.Instance.List(root, relativePath, visit);

    public int ReadStart(string root, string relativePath, Span<byte> buffer) => LocalDriveDisk.Instance.ReadStart(root, relativePath, buffer);

    public DriveSpace Space(string root) => LocalDriveDisk.Instance.Space(root);

    public DriveOwner? FindOwner(string root, string relativePath) => Look(root, relativePath)?.Owner;

    public DriveStamp? FindStamp(string root, string relativePath) => Look(root, relativePath)?.Stamp;

    public bool CreateDirectory(string root, string relativePath, DriveOwner owner)
    {
        using var parent = new OpenParent(root, relativePath);
        fixed (byte* name = parent.Name)
        {
            if (DriveCalls.MakeDirectory(parent.Descriptor, name, out int error) < 0)
            {
                if (error == DriveCalls.ErrorExists && Stat(root, relativePath) is { Kind: DriveEntryKind.Directory }) return false;
                throw Failure("make the directory", root, relativePath, error);
            }
        }

        int descriptor = Open(root, relativePath, DriveCalls.Directory);
        try
        {
            Give(descriptor, owner, root, relativePath);
        }
        finally
        {
            DriveCalls.Close(descriptor);
        }

        return true;
    }

    public IDriveOutput CreateFile(string root, string relativePath, DriveOwner owner)
    {
        using var parent = new OpenParent(root, relativePath);
        fixed (byte* name = parent.Name)
        {
            int descriptor = DriveCalls.Create(parent.Descriptor, name, out int error);
            if (descriptor < 0) throw Failure("make", root, relativePath, error);
            try
            {
                Give(descriptor, owner, root, relativePath);
            }
            catch
            {
                DriveCalls.Close(descriptor);
                throw;
            }

            return new LocalDriveOutput(descriptor, $"{root}/{relativePath}");
        }
    }

    public void Rename(string root, string from, string to, bool replaces)
    {
        using var source = new OpenParent(root, from);
        using var target = new OpenParent(root, to);
        fixed (byte* old = source.Name, now = target.Name)
        {
            if (DriveCalls.Rename(source.Descriptor, old, target.Descriptor, now, replaces, out int error) == 0) return;
            throw Failure($"rename {root}/{from} to", root, to, error);
        }
    }

    public void Sync(string root, string relativePath)
    {
        int descriptor = Open(root, relativePath, DriveCalls.ReadOnly);
        try
        {
            if (DriveCalls.Sync(descriptor, out int error) < 0) throw Failure("make durable", root, relativePath, error);
        }
        finally
        {
            DriveCalls.Close(descriptor);
        }
    }

    public void SyncAll(string root)
    {
        int descriptor = Open(root, "", DriveCalls.Directory);
        try
        {
            if (DriveCalls.SyncAll(descriptor, out int error) < 0) throw Failure("make durable what was written below", root, "", error);
        }
        finally
        {
            DriveCalls.Close(descriptor);
        }
    }

    public void Remove(string root, string relativePath)
    {
        if (Stat(root, relativePath) is not { } entry) return;
        using var parent = new OpenParent(root, relativePath);
        fixed (byte* name = parent.Name)
        {
            if (DriveCalls.Unlink(parent.Descriptor, name, entry.Kind == DriveEntryKind.Directory, out int error) == 0 || DriveCalls.IsAbsent(error)) return;
            throw Failure("remove", root, relativePath, error);
        }
    }

    public IDisposable? TryLock(string root)
    {
        int descriptor = Open(root, "", DriveCalls.Directory);
        if (DriveCalls.LockNow(descriptor, out int error) == 0) return new HeldLock(descriptor);
        DriveCalls.Close(descriptor);
        return error == ErrorTryAgain ? null : throw Failure("lock", root, "", error);
    }

    private static (DriveOwner Owner, DriveStamp Stamp)? Look(string root, string relativePath)
    {
        using var path = new NativePath(stackalloc byte[NativePath.StackBytes], root, relativePath);
        if (DriveCalls.TryStatOwner(path.Pointer, follow: relativePath.Length == 0, out DriveOwner owner, out DriveStamp stamp, out int error)) return (owner, stamp);
        return DriveCalls.IsAbsent(error) ? null : throw Failure("look at", root, relativePath, error);
    }

    /// <summary>Nothing is asked of the system that is so already: only root may give files away.</summary>
    private static void Give(int descriptor, DriveOwner owner, string root, string relativePath)
    {
        if (!DriveCalls.TryStatOwner(descriptor, out DriveOwner now, out _, out int error)) throw Failure("look at", root, relativePath, error);
        if ((now.User != owner.User || now.Group != owner.Group) && DriveCalls.ChangeOwner(descriptor, owner, out error) < 0)
        {
            throw new DriveFileException($"Cannot give {root}/{relativePath} to user {owner.User}, group {owner.Group}, whose its siblings are: {Marshal.GetPInvokeErrorMessage(error)}. Run this as root or as that user.", error);
        }

        // After the owner, whose change takes special bits away.
        if (now.Mode != owner.Mode && DriveCalls.ChangeMode(descriptor, owner.Mode, out error) < 0) throw Failure("set the mode of", root, relativePath, error);
    }

    private static int Open(string root, string relativePath, int flags)
    {
        using var path = new NativePath(stackalloc byte[NativePath.StackBytes], root, relativePath);
        int descriptor = DriveCalls.Open(path, flags, out int error);
        return descriptor >= 0 ? descriptor : throw Failure("open", root, relativePath, error);
    }

    private static DriveFileException Failure(string what, string root, string relativePath, int error) =>
        new($"Cannot {what} {root}{(relativePath.Length == 0 ? "" : "/")}{relativePath}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    /// <summary>The directory that a path's last component is in, opened, and that component as the system takes it.</summary>
    private readonly struct OpenParent : IDisposable
    {
        public OpenParent(string root, string relativePath)
        {
            int slash = relativePath.LastIndexOf('/');
            Descriptor = Open(root, slash < 0 ? "" : relativePath[..slash], DriveCalls.Directory);
            Name = Encoding.UTF8.GetBytes(relativePath[(slash + 1)..] + '\0');
        }

        public int Descriptor { get; }

        public byte[] Name { get; }

        public void Dispose() => DriveCalls.Close(Descriptor);
    }

    private sealed class HeldLock(int descriptor) : IDisposable
    {
        private int _descriptor = descriptor;

        public void Dispose()
        {
            // Closing releases it.
            int held = Interlocked.Exchange(ref _descriptor, -1);
            if (held >= 0) DriveCalls.Close(held);
        }
    }
}
