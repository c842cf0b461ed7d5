namespace Weir.Erasure.Drives.Disks;

/// <summary>What stands at a path of a drive.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of a file.</param>
/// <param name="Links">Of a directory: 2 and one for each directory in it, where the file system counts them; else 0 or 1.</param>
public readonly record struct DriveEntry(DriveEntryKind Kind, long Size, int Links)
{
    /// <summary>When its content or its properties were last changed, in nanoseconds since 1970; 0 where that is not known.</summary>
    public long ChangedNs { get; init; }
}

/// <summary>Kinds of directory entries, as far as verifying tells them apart.</summary>
public enum DriveEntryKind : byte
{
    /// <summary>The listing does not say; <see cref="IDriveDisk.Stat"/> does.</summary>
    Unknown,
    File,
    Directory,

    /// <summary>A symbolic link, a device, a pipe or a socket: nothing that the servers make.</summary>
    Other,
}

/// <summary>Gets each entry of a directory; the name's bytes are valid during the call only. False ends the listing.</summary>
public delegate bool DriveEntryVisitor(ReadOnlySpan<byte> name, DriveEntryKind kind);

/// <summary>A file system's room.</summary>
/// <param name="TotalBytes">0 where it could not be asked.</param>
/// <param name="FreeBytes">What a user without privileges may still write.</param>
/// <param name="IsReadOnly">Whether nothing can be written to it.</param>
public readonly record struct DriveSpace(long TotalBytes, long FreeBytes, bool IsReadOnly)
{
    /// <summary>Files and directories on it, where it is the drive's alone and counts them; else 0.</summary>
    public long UsedFiles { get; init; }

    /// <summary>Bytes that they take, where it is the drive's alone; else 0.</summary>
    public long UsedBytes { get; init; }
}
