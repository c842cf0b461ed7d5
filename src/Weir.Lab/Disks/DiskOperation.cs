using System.Globalization;

namespace Weir.Lab.Disks;

/// <summary>What a call does to the simulated disk.</summary>
public enum DiskOperationKind
{
    Create,
    Write,
    Truncate,
    Sync,
    Rename,
    Delete,
    CreateDirectory,
    DeleteDirectory,
    SyncDirectory,
    Lock,
    OpenRead,
    Read,
    List,
}

/// <summary>One call that reached the simulated disk.</summary>
/// <param name="Number">
/// Its place among the operations that change something, counted from 1; calls that only look (<see cref="IsLook"/>) are
/// counted by themselves, so that looking more or less often moves no fault.
/// </param>
/// <param name="Kind">What it does.</param>
/// <param name="Path">To which file or directory.</param>
/// <param name="Offset">Where in the file, in bytes; the new length for a truncation.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="Target">The new name of a rename.</param>
/// <param name="Process">Which process does it.</param>
public sealed record DiskOperation(
    long Number, DiskOperationKind Kind, string Path, long Offset, int Length, string? Target, string Process)
{
    /// <summary>Whether the operation changes nothing.</summary>
    public bool IsLook => Kind >= DiskOperationKind.OpenRead;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(IsLook ? "look" : "op")} {Number} [{Process}] {Kind} {Path}{Details()}");

    private string Details() => Kind switch
    {
        DiskOperationKind.Write or DiskOperationKind.Read => string.Create(CultureInfo.InvariantCulture, $" {Length} bytes at {Offset}"),
        DiskOperationKind.Truncate => string.Create(CultureInfo.InvariantCulture, $" to {Offset}"),
        DiskOperationKind.Rename => $" to {Target}",
        _ => "",
    };
}
