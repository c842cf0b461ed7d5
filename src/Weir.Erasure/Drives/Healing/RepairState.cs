namespace Weir.Erasure.Drives.Healing;

/// <summary>How the repair of a version ended.</summary>
public enum RepairState : byte
{
    /// <summary>Everything that it lacked was written, read back, and put into its place.</summary>
    Repaired,

    /// <summary>Some of it was.</summary>
    Partly,

    /// <summary>Nothing was changed.</summary>
    Failed,
}
