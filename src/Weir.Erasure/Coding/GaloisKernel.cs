using System.Runtime.Intrinsics;

namespace Weir.Erasure.Coding;

/// <summary>Multiplies a coefficient matrix with shards: each output is the sum of the inputs, each times its coefficient.</summary>
internal static unsafe class GaloisKernel
{
    /// <summary>
    /// Works in pieces whose inputs stay in the first-level cache while the groups of outputs are made from them one after another.
    /// </summary>
    private const int PieceBytes = 4096;

    /// <summary>Outputs must not overlap inputs: a ragged end is made by computing the last whole register again.</summary>
    public static void Multiply(GaloisTable table, byte** inputs, byte** outputs, nuint length)
    {
        switch (table.Path)
        {
            case CodingPath.GfniAvx512: Run<Vector512<byte>, Gfni512GaloisVector>(table, inputs, outputs, length); break;
            case CodingPath.GfniAvx2: Run<Vector256<byte>, Gfni256GaloisVector>(table, inputs, outputs, length); break;
            case CodingPath.Avx512: Run<Vector512<byte>, Avx512GaloisVector>(table, inputs, outputs, length); break;
            case CodingPath.Avx2: Run<Vector256<byte>, Avx2GaloisVector>(table, inputs, outputs, length); break;
            case CodingPath.Ssse3: Run<Vector128<byte>, Ssse3GaloisVector>(table, inputs, outputs, length); break;
            case CodingPath.Vector128: Run<Vector128<byte>, PortableGaloisVector>(table, inputs, outputs, length); break;
            default: RunScalar(table, inputs, outputs, 0, length); break;
        }
    }

    private static void Run<TVector, TOperations>(GaloisTable table, byte** inputs, byte** outputs, nuint length)
        where TVector : struct
        where TOperations : struct, IGaloisVector<TVector>
    {
        nuint size = (nuint)TOperations.SizeBytes;
        if (length < size)
        {
            RunScalar(table, inputs, outputs, 0, length);
            return;
        }

        if (table.Outputs <= GaloisTable.GroupRows)
        {
            RunGroup<TVector, TOperations>(table, 0, inputs, outputs, length);
            return;
        }

        byte** at = stackalloc byte*[table.Inputs];
        byte** to = stackalloc byte*[table.Outputs];
        for (nuint start = 0; start < length;)
        {
            // The last piece takes what would be too short for a piece of its own.
            nuint piece = length - start < PieceBytes + size ? length - start : PieceBytes;
            for (int i = 0; i < table.Inputs; i++) at[i] = inputs[i] + start;
            for (int i = 0; i < table.Outputs; i++) to[i] = outputs[i] + start;
            for (int first = 0; first < table.Outputs; first += GaloisTable.GroupRows)
            {
                RunGroup<TVector, TOperations>(table, first, at, to, piece);
            }

            start += piece;
        }
    }

    private static void RunGroup<TVector, TOperations>(GaloisTable table, int first, byte** inputs, byte** outputs, nuint length)
        where TVector : struct
        where TOperations : struct, IGaloisVector<TVector>
    {
        nuint size = (nuint)TOperations.SizeBytes;
        int rows = Math.Min(GaloisTable.GroupRows, table.Outputs - first);
        byte* entries = table.Group(first);
        nuint done = GaloisRows<TVector, TOperations>.Run(rows, entries, inputs, table.Inputs, outputs + first, length);
        while (done < length)
        {
            nuint at = Math.Min(done, length - size);
            GaloisRows<TVector, TOperations>.RunOne(rows, entries, inputs, table.Inputs, outputs + first, at);
            done = at + size;
        }
    }

    private static void RunScalar(GaloisTable table, byte** inputs, byte** outputs, nuint from, nuint to)
    {
        for (int output = 0; output < table.Outputs; output++)
        {
            for (nuint at = from; at < to; at++)
            {
                byte sum = 0;
                for (int input = 0; input < table.Inputs; input++)
                {
                    sum ^= GaloisField.Multiply(table.Coefficient(output, input), inputs[input][at]);
                }

                outputs[output][at] = sum;
            }
        }
    }
}
