namespace Weir.Erasure.Coding;

/// <summary>Which instructions the erasure and hash kernels use. Every path gives the same bytes.</summary>
public enum CodingPath : byte
{
    /// <summary>Plain arithmetic, one byte or word at a time: the reference.</summary>
    Scalar,

    /// <summary>The portable 128-bit API, for processors that have no path of their own (ARM, for one).</summary>
    Vector128,

    /// <summary>x86, 128 bits, byte shuffles (SSSE3).</summary>
    Ssse3,

    /// <summary>x86, 256 bits (AVX2).</summary>
    Avx2,

    /// <summary>x86, 512 bits (AVX-512 F, BW and VL) without GFNI.</summary>
    Avx512,

    /// <summary>x86, 256 bits with the Galois field instructions.</summary>
    GfniAvx2,

    /// <summary>x86, 512 bits with the Galois field instructions.</summary>
    GfniAvx512,
}
