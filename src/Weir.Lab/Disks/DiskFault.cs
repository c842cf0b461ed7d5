namespace Weir.Lab.Disks;

/// <summary>The errors a simulated disk can give; the values are Linux's errno.</summary>
public enum DiskError
{
    Io = 5,
    NoSpace = 28,
    ReadOnlyFileSystem = 30,
}

/// <summary>What becomes of writes and directory entries that were not synced when the power goes.</summary>
public enum Unsynced
{
    /// <summary>Nothing of them reached the platter.</summary>
    Lost,

    /// <summary>All of them had reached it already.</summary>
    Kept,

    /// <summary>
    /// Any subset, drawn from the disk's seed: single 512-byte sectors, lengths and directory entries; what is missing is
    /// zeros or what was there before.
    /// </summary>
    Random,
}

/// <summary>What is to go wrong with one operation.</summary>
public sealed record DiskFault
{
    private DiskFault(DiskFaultKind kind) => Kind = kind;

    internal DiskFaultKind Kind { get; }

    internal DiskError Error { get; private init; }

    internal Unsynced Unsynced { get; private init; }

    /// <summary>How many bytes of a write happen before the fault; all other operations happen when this is not 0.</summary>
    internal int Bytes { get; private init; }

    /// <summary>
    /// The call fails. Of a write the first <paramref name="afterBytes"/> bytes have been done. A failed sync of a file leaves its
    /// pages clean in the cache and not on the platter, as Linux does: later syncs succeed and do not write them.
    /// </summary>
    public static DiskFault Fail(DiskError error, int afterBytes = 0) => new(DiskFaultKind.Error) { Error = error, Bytes = afterBytes };

    public static DiskFault PowerLossBefore(Unsynced unsynced) => new(DiskFaultKind.PowerLoss) { Unsynced = unsynced };

    public static DiskFault PowerLossAfter(Unsynced unsynced) => PowerLossWithin(int.MaxValue, unsynced);

    /// <summary>The power goes when the first <paramref name="bytes"/> bytes of a write have been done.</summary>
    public static DiskFault PowerLossWithin(int bytes, Unsynced unsynced) => new(DiskFaultKind.PowerLoss) { Unsynced = unsynced, Bytes = bytes };

    /// <summary>The process that makes the call is killed; what it wrote stays in the page cache.</summary>
    public static DiskFault KillBefore() => new(DiskFaultKind.Kill);

    public static DiskFault KillAfter() => KillWithin(int.MaxValue);

    /// <summary>The process is killed when the first <paramref name="bytes"/> bytes of a write have been done.</summary>
    public static DiskFault KillWithin(int bytes) => new(DiskFaultKind.Kill) { Bytes = bytes };

    public override string ToString() => Kind switch
    {
        DiskFaultKind.Error => $"{Error} after {Bytes} bytes",
        DiskFaultKind.Kill => $"kill after {Bytes} bytes",
        _ => $"power loss after {Bytes} bytes, unsynced data {Unsynced}",
    };
}

internal enum DiskFaultKind
{
    Error,
    PowerLoss,
    Kill,
}
