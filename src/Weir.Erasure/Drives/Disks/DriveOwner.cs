namespace Weir.Erasure.Drives.Disks;

/// <summary>Whose a file or directory is, and who may do what with it.</summary>
/// <param name="User">The numeric user.</param>
/// <param name="Group">The numeric group.</param>
/// <param name="Mode">The permission bits alone (octal 7777).</param>
public readonly record struct DriveOwner(uint User, uint Group, uint Mode);
