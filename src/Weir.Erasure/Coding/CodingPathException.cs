namespace Weir.Erasure.Coding;

/// <summary>The environment names a coding path that this processor does not have.</summary>
public sealed class CodingPathException(string message) : IOException(message);
