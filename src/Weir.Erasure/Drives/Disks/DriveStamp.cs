namespace Weir.Erasure.Drives.Disks;

/// <summary>What tells a file from the one that replaced it.</summary>
/// <param name="Inode">Its number in the file system.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModTime">Nanoseconds since 1970.</param>
public readonly record struct DriveStamp(ulong Inode, long Size, long ModTime);
