namespace Weir.Erasure.Drives.Verifying;

/// <summary>How much is read.</summary>
public enum VerifyMode : byte
{
    /// <summary>Directories alone; an object whose drives differ is looked at as Normal does.</summary>
    Quick,

    /// <summary>All metadata with the shards in it, and the size of every shard file.</summary>
    Normal,

    /// <summary>Every byte: each block's hash, and whether the parity is that of the data.</summary>
    Deep,
}
