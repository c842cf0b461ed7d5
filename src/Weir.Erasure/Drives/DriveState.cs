namespace Weir.Erasure.Drives;

/// <summary>What a given path turned out to be.</summary>
public enum DriveState
{
    /// <summary>A drive of a pool.</summary>
    Online,

    /// <summary>A directory without an identity: new, or replaced and not healed yet.</summary>
    Unformatted,

    /// <summary>Not reachable.</summary>
    Offline,

    /// <summary>Its identity cannot be read, or contradicts itself.</summary>
    Damaged,

    /// <summary>Of another deployment than most, or with another idea of the pool.</summary>
    Foreign,

    /// <summary>Another path is the same drive.</summary>
    Duplicate,
}
