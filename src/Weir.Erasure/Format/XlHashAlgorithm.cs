namespace Weir.Erasure.Format;

/// <summary>How shards are guarded; the numbers are MinIO's.</summary>
public enum XlHashAlgorithm : byte
{
    Unknown = 0,
    Sha256 = 1,

    /// <summary>HighwayHash-256 over the whole file.</summary>
    HighwayHash256 = 2,

    /// <summary>HighwayHash-256 before each block in the file: all that is written today.</summary>
    HighwayHash256Streaming = 3,
    Blake2b512 = 4,
}
