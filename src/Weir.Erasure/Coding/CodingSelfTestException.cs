namespace Weir.Erasure.Coding;

/// <summary>A kernel gave something else than the reference on this processor: data must be neither judged nor written with it.</summary>
public sealed class CodingSelfTestException(string message) : IOException(message);
