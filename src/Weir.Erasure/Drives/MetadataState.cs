namespace Weir.Erasure.Drives;

/// <summary>What a position of a set answers when asked for an object's metadata.</summary>
public enum MetadataState
{
    /// <summary>It has some.</summary>
    Found,

    /// <summary>The drive is there and has none.</summary>
    Missing,

    /// <summary>It has some that cannot be understood.</summary>
    Damaged,

    /// <summary>The drive is not there or fails: it may have some. Never taken for missing.</summary>
    Unknown,
}
