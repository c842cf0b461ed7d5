namespace Weir.Erasure.Drives.Making;

/// <summary>How an object is written.</summary>
public sealed record PutOptions
{
    /// <summary>Whether the version gets an id; else it is the null version, and replaces it.</summary>
    public bool IsVersioned { get; init; }

    /// <summary>Bytes of each part of a multipart object, the last may have less; 0 writes one part.</summary>
    public long PartBytes { get; init; }

    /// <summary>Parity of this version, where it is not the set's: servers raise it while drives are away.</summary>
    public int? Parity { get; init; }

    /// <summary>Bytes of data that are coded together.</summary>
    public int BlockBytes { get; init; } = 1 << 20;
}
