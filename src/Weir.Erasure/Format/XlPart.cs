namespace Weir.Erasure.Format;

/// <summary>One part of an object; each part is coded on its own.</summary>
/// <param name="Number">Its number, which names the file part.N; there may be gaps.</param>
/// <param name="Size">Stored bytes, after compression and encryption: what the shards hold.</param>
/// <param name="ActualSize">Bytes that the client sent, or -1 where unknown.</param>
/// <param name="ETag">Its own tag, or empty.</param>
public readonly record struct XlPart(int Number, long Size, long ActualSize, string ETag);
