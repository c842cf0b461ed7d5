using System.Runtime.Intrinsics.X86;

namespace Weir.Erasure.Coding;

/// <summary>What this processor can run, and what is used: the fastest, or the one named by <see cref="Variable"/>.</summary>
public static class CodingPaths
{
    /// <summary>The environment variable that forces a path (a name of <see cref="CodingPath"/>), for comparing and for ruling a kernel out.</summary>
    public const string Variable = "WEIR_CODING_PATH";

    private static readonly Lazy<CodingPath> Chosen = new(() => Choose(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>The paths that this processor can run, slowest first.</summary>
    public static IReadOnlyList<CodingPath> Available { get; } = [.. Enum.GetValues<CodingPath>().Where(IsSupported)];

    /// <summary>The path in use. The first call tests its kernels.</summary>
    /// <exception cref="CodingSelfTestException">A kernel disagrees with the reference: nothing may be read or written with it.</exception>
    /// <exception cref="CodingPathException"><see cref="Variable"/> names no path that this processor has.</exception>
    public static CodingPath Current => Chosen.Value;

    public static bool IsSupported(CodingPath path) => path switch
    {
        CodingPath.Scalar or CodingPath.Vector128 => true,
        CodingPath.Ssse3 => Ssse3.IsSupported,
        CodingPath.Avx2 => Avx2.IsSupported,
        CodingPath.Avx512 => Avx512BW.IsSupported && Avx512F.VL.IsSupported,
        CodingPath.GfniAvx2 => Gfni.V256.IsSupported && Avx2.IsSupported,
        CodingPath.GfniAvx512 => Gfni.V512.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported,
        _ => false,
    };

    /// <summary>The path of that name, or the fastest; tested.</summary>
    internal static CodingPath Choose(string? name)
    {
        CodingPath path = Available[^1];
        if (name is { Length: > 0 } && (!Enum.TryParse(name, ignoreCase: true, out path) || !IsSupported(path)))
        {
            throw new CodingPathException(
                $"{Variable}={name} names no coding path of this processor; it has {string.Join(", ", Available)}.");
        }

        CodingSelfTest.Run(path);
        return path;
    }
}
