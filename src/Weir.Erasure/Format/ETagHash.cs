using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Weir.Erasure.Format;

/// <summary>The MD5 that S3 defines as the tag of plain objects and parts: a checksum here, which protects nothing.</summary>
public static class ETagHash
{
    [SuppressMessage("Security", "CA5351", Justification = "S3 defines the tag as MD5.")]
    public static string Compute(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(MD5.HashData(data));

    /// <summary>The same of data in pieces.</summary>
    public static IncrementalHash Start() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
}
