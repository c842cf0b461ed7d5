namespace Weir.Erasure.Drives.Disks;

/// <summary>
/// What repairing drives needs of a file system beyond reading. As there, no symbolic link below the root is followed, and failures are
/// <see cref="DriveFileException"/>s. Nothing is durable before <see cref="Sync"/> or <see cref="SyncAll"/> has returned.
/// </summary>
public interface IDriveStore : IDriveDisk
{
    /// <summary>Whose a file or directory is; null where there is none. "" is the root.</summary>
    DriveOwner? FindOwner(string root, string relativePath);

    /// <summary>What tells a file from another of its name; null where there is none.</summary>
    DriveStamp? FindStamp(string root, string relativePath);

    /// <summary>Makes one directory; says whether it was not there yet.</summary>
    /// <exception cref="DriveFileException">The one above it is not there, something else stands in its place, or the drive fails.</exception>
    bool CreateDirectory(string root, string relativePath, DriveOwner owner);

    /// <summary>Makes a file that is not there yet.</summary>
    /// <exception cref="DriveFileException">Something stands in its place, or the drive is full or fails.</exception>
    IDriveOutput CreateFile(string root, string relativePath, DriveOwner owner);

    /// <summary>Gives a file or directory another name on the same drive, at once.</summary>
    /// <param name="root">The drive's root.</param>
    /// <param name="from">What it is called.</param>
    /// <param name="to">What it is to be called.</param>
    /// <param name="replaces">Whether a file of that name may be there, and is replaced.</param>
    /// <exception cref="DriveFileException">It is not there, something stands in the way, or the drive fails.</exception>
    void Rename(string root, string from, string to, bool replaces);

    /// <summary>Makes a file's bytes, or a directory's entries, durable.</summary>
    /// <exception cref="DriveFileException">It is not there, or what was written to it may be lost.</exception>
    void Sync(string root, string relativePath);

    /// <summary>Makes everything that was written to the drive durable, in one go.</summary>
    /// <exception cref="DriveFileException">Something that was written may be lost.</exception>
    void SyncAll(string root);

    /// <summary>Removes a file, or a directory that is empty; nothing happens where there is none. For what the caller made itself.</summary>
    void Remove(string root, string relativePath);

    /// <summary>Takes a drive for this process, until disposed or the process ends, without leaving anything on it; null while another has it.</summary>
    IDisposable? TryLock(string root);
}
