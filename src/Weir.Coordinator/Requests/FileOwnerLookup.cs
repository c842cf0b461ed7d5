using System.Runtime.InteropServices;
using System.Text;
using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// Looks at the file itself, as <c>MOUNT/.lustre/fid/FID</c>: user and group by statx, the project by FS_IOC_FSGETXATTR where it is asked for (the file
/// is opened for that, and not read, so that nothing is restored). Answers come from other threads, as a file system may let one wait.
/// </summary>
public sealed partial class FileOwnerLookup : IOwnerLookup
{
    private const int StatxBytes = 256;
    private const int UidAt = 20;
    private const int GidAt = 24;
    private const int FollowNoLinks = 0x100;
    private const int DoNotSync = 0x4000;
    private const uint UidAndGid = 0x8 | 0x10;
    private const int OpenFlags = 0x800 | 0x20000 | 0x80000; // O_NONBLOCK, O_NOFOLLOW, O_CLOEXEC
    private const nuint GetXAttr = 0x801c_581f;
    private const int XAttrBytes = 28;
    private const int ProjectAt = 12;

    private readonly string _directory;
    private readonly bool _withProjects;

    /// <param name="mountPoint">Where the file system is mounted.</param>
    /// <param name="withProjects">Whether to ask for projects too, which costs an open.</param>
    public FileOwnerLookup(string mountPoint, bool withProjects = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(mountPoint);
        _directory = Path.Combine(Path.GetFullPath(mountPoint), ".lustre", "fid");
        _withProjects = withProjects;
    }

    public ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Find(fid), cancellationToken));

    private RequestOwner Find(Fid fid)
    {
        byte[] path = Encoding.UTF8.GetBytes($"{_directory}/{fid}\0");
        Span<byte> stat = stackalloc byte[StatxBytes];
        if (Statx(-100, path, FollowNoLinks | DoNotSync, UidAndGid, stat) != 0) return RequestOwner.Unknown;
        uint project = _withProjects ? Project(path) : 0;
        return new(MemoryMarshal.Read<uint>(stat[UidAt..]), MemoryMarshal.Read<uint>(stat[GidAt..]), project);
    }

    private static uint Project(byte[] path)
    {
        int file = Open(path, OpenFlags);
        if (file < 0) return 0;
        Span<byte> attributes = stackalloc byte[XAttrBytes];
        uint project = IoControl(file, GetXAttr, attributes) == 0 ? MemoryMarshal.Read<uint>(attributes[ProjectAt..]) : 0;
        _ = Close(file);
        return project;
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int directory, byte[] path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int IoControl(int file, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
