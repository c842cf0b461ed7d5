using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Erasure.Coding;

/// <summary>
/// A coefficient matrix made ready for the kernels. Outputs are worked on in groups of up to <see cref="GroupRows"/>; within a group
/// the coefficients lie as the kernel walks them, input after input, and for each input one per output.
/// </summary>
internal sealed class GaloisTable
{
    /// <summary>Outputs that one pass over the inputs makes: what the registers of AVX2 hold.</summary>
    public const int GroupRows = 4;

    /// <summary>Bytes of a coefficient as two nibble tables: products of 0..15, then of 0, 16, … 240.</summary>
    public const int NibbleBytes = 32;

    /// <summary>Bytes of a coefficient as a bit matrix, see <see cref="GaloisField.AffineMatrix"/>.</summary>
    public const int AffineBytes = 8;

    private readonly byte[] _coefficients;
    private readonly byte[] _entries;
    private readonly int _entryBytes;

    public GaloisTable(GaloisMatrix matrix, CodingPath path)
    {
        Inputs = matrix.Columns;
        Outputs = matrix.Rows;
        Path = path;
        _entryBytes = path is CodingPath.GfniAvx2 or CodingPath.GfniAvx512 ? AffineBytes : NibbleBytes;
        _coefficients = new byte[Inputs * Outputs];
        // Pinned, because the kernels hold plain pointers into it for as long as they run.
        _entries = GC.AllocateArray<byte>(Inputs * Outputs * _entryBytes, pinned: true);
        int at = 0;
        for (int first = 0; first < Outputs; first += GroupRows)
        {
            int rows = Math.Min(GroupRows, Outputs - first);
            for (int input = 0; input < Inputs; input++)
            {
                for (int row = first; row < first + rows; row++)
                {
                    _coefficients[row * Inputs + input] = matrix[row, input];
                    WriteEntry(matrix[row, input], _entries.AsSpan(at * _entryBytes, _entryBytes));
                    at++;
                }
            }
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    public CodingPath Path { get; }

    public byte Coefficient(int output, int input) => _coefficients[output * Inputs + input];

    /// <summary>The entries of the group that starts with output <paramref name="firstOutput"/>.</summary>
    public unsafe byte* Group(int firstOutput) =>
        (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_entries)) + firstOutput * Inputs * _entryBytes;

    private static void WriteEntry(byte coefficient, Span<byte> entry)
    {
        if (entry.Length == AffineBytes)
        {
            ulong matrix = GaloisField.AffineMatrix(coefficient);
            MemoryMarshal.Write(entry, in matrix);
            return;
        }

        for (int nibble = 0; nibble < 16; nibble++)
        {
            entry[nibble] = GaloisField.Multiply(coefficient, (byte)nibble);
            entry[16 + nibble] = GaloisField.Multiply(coefficient, (byte)(nibble << 4));
        }
    }
}
