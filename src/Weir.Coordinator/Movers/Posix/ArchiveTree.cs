using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>
/// The directory tree with the copies. It is worked on by the descriptor of its root, a component at a time and without following links, so that
/// nothing outside it is ever touched; and when another file system is mounted there, or none, nothing is written to what lies below.
/// </summary>
public sealed class ArchiveTree : IDisposable
{
    private readonly string _path;
    private readonly ArchiveLayout _layout;
    private readonly bool _mustBeMounted;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private SafeFileHandle? _root;
    private FileStatus _rootStatus;

    /// <param name="path">The root, which must exist.</param>
    /// <param name="layout">Where in it copies lie.</param>
    /// <param name="mustBeMounted">Whether the root must be a mount point.</param>
    /// <param name="logger">For what happens to the mount point.</param>
    public ArchiveTree(string path, ArchiveLayout layout, bool mustBeMounted, ILogger logger) => (_path, _layout, _mustBeMounted, _logger) = (path, layout, mustBeMounted, logger);

    /// <summary>Sees whether it can be used, so that what does not work is known at the start.</summary>
    /// <exception cref="MoverException">It cannot.</exception>
    public void Check() => Root();

    public void Dispose()
    {
        lock (_gate) _root?.Dispose();
    }

    /// <summary>Where the copy is, for people.</summary>
    internal string PathOf(Fid fid) => $"{_path}/{ArchivePlace.Of(fid, _layout)}";

    /// <summary>The directory of a fid's copy.</summary>
    /// <param name="fid">Whose.</param>
    /// <param name="makes">Whether it is made where it is not there.</param>
    /// <returns>The directory and the copy's name; null when it is not there.</returns>
    /// <exception cref="MoverException">The archive cannot be used.</exception>
    internal (SafeFileHandle Directory, string Name)? Enter(Fid fid, bool makes)
    {
        ArchivePlace place = ArchivePlace.Of(fid, _layout);
        SafeFileHandle at = Root();
        bool isOwned = false;
        try
        {
            foreach (string name in place.Directories)
            {
                SafeFileHandle? next = makes ? EnterOrMake(at, name, place) : TryEnter(at, name, place);
                if (isOwned) at.Dispose();
                isOwned = false;
                if (next is null) return null;
                (at, isOwned) = (next, true);
            }
        }
        catch
        {
            if (isOwned) at.Dispose();
            throw;
        }

        return (at, place.Name);
    }

    private SafeFileHandle? TryEnter(SafeFileHandle at, string name, ArchivePlace place)
    {
        SafeFileHandle? entered = NativeFiles.OpenAt(at, name, NativeFiles.ReadOnly | NativeFiles.Directory, 0, out int errno);
        return entered is not null || errno == MoverErrno.NoEntry ? entered : throw NoEntry(errno, name, place);
    }

    private SafeFileHandle EnterOrMake(SafeFileHandle at, string name, ArchivePlace place)
    {
        if (TryEnter(at, name, place) is { } there) return there;
        NativeFiles.MakeDirectory(at, name, out int errno);
        if (errno is not (0 or MoverErrno.Exists)) throw MoverException.Of(errno, $"Making directory {name} of {_path}/{place}");
        NativeFiles.Flush(at, $"the directory above {_path}/{place}");
        return TryEnter(at, name, place) ?? throw new MoverException(MoverErrno.NoEntry, $"Directory {name} of {_path}/{place} was removed as soon as it was made");
    }

    /// <summary>A link, or something that is no directory, stands where a directory belongs: somebody else's work.</summary>
    private MoverException NoEntry(int errno, string name, ArchivePlace place) => errno is MoverErrno.TooManyLinks or MoverErrno.NotDirectory
        ? new(errno, $"'{name}' on the way to {_path}/{place} is not a directory; links in the archive are not followed")
        : MoverException.Of(errno, $"Opening directory {name} of {_path}/{place}");

    /// <summary>The root as it is mounted now.</summary>
    private SafeFileHandle Root()
    {
        lock (_gate)
        {
            SafeFileHandle? now = NativeFiles.Open(_path, NativeFiles.ReadOnly | NativeFiles.Directory, out int errno);
            if (now is null) throw Unusable(errno, MoverException.Of(errno, $"Opening the archive {_path}").Message);
            FileStatus status = NativeFiles.Status(now, _path);
            if (_mustBeMounted && !IsMountPoint(now, status))
            {
                now.Dispose();
                throw Unusable(MoverErrno.NotConnected, $"{_path} is not a mount point, and it must be (require_mount): nothing is written there until it is");
            }

            if (_root is not null && (status.Device, status.Inode) == (_rootStatus.Device, _rootStatus.Inode))
            {
                now.Dispose();
                return _root;
            }

            // The older root's descriptor stays open for those who are at work with it, and goes with the last of them.
            if (_root is not null) MoverLog.MountPointChanged(_logger, _path);
            (_root, _rootStatus) = (now, status);
            return now;
        }
    }

    private static MoverException Unusable(int errno, string message) =>
        new(errno is MoverErrno.NoEntry or MoverErrno.NotDirectory ? MoverErrno.NotConnected : errno, message);

    private static bool IsMountPoint(SafeFileHandle root, FileStatus status)
    {
        using SafeFileHandle? above = NativeFiles.OpenAt(root, "..", NativeFiles.ReadOnly | NativeFiles.Directory, 0, out int _);
        if (above is null) return false;
        FileStatus parent = NativeFiles.Status(above, "the directory above the archive");
        return parent.Device != status.Device || parent.Inode == status.Inode;
    }
}
