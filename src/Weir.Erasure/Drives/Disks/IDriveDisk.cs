namespace Weir.Erasure.Drives.Disks;

/// <summary>
/// What reading drives needs of a file system, and nothing more, so that a laboratory can put one behind it that fails. Paths are
/// absolute. No symbolic link is followed, wherever it stands in the path below the root: a drive's content is not trusted.
/// Failures are <see cref="DriveFileException"/>s with the system's error number; what is not there is no failure.
/// </summary>
public interface IDriveDisk
{
    /// <summary>Opens a file for reading; null where there is none.</summary>
    /// <param name="root">The drive's root, itself free to be reached by links.</param>
    /// <param name="relativePath">Below it, with "/" between components.</param>
    /// <exception cref="DriveFileException">It is there and cannot be opened, or is no regular file.</exception>
    IDriveFile? OpenRead(string root, string relativePath);

    /// <summary>What stands at a path; null for nothing. A symbolic link is given as one where it is the last component; "" is the root.</summary>
    /// <exception cref="DriveFileException">It cannot be known.</exception>
    DriveEntry? Stat(string root, string relativePath);

    /// <summary>Names what a directory holds, in no order, without "." and ".."; nothing where there is no such directory.</summary>
    /// <exception cref="DriveFileException">It cannot be read to its end.</exception>
    void List(string root, string relativePath, DriveEntryVisitor visit);

    /// <summary>Reads the beginning of a file, up to the buffer's size; -1 where there is none. Less than asked for means its end.</summary>
    /// <exception cref="DriveFileException">It cannot be read.</exception>
    int ReadStart(string root, string relativePath, Span<byte> buffer);

    /// <summary>The file system that the root is on.</summary>
    DriveSpace Space(string root);
}
