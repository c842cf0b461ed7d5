namespace Weir.Erasure.Format;

/// <summary>The hash of one whole shard file, as the oldest format keeps it. It differs from drive to drive.</summary>
/// <param name="PartNumber">The part whose shard file it is.</param>
/// <param name="Algorithm">How it is computed.</param>
/// <param name="Hash">Empty where the algorithm hashes each block in the file instead.</param>
public sealed record XlWholeHash(int PartNumber, XlHashAlgorithm Algorithm, ReadOnlyMemory<byte> Hash);
