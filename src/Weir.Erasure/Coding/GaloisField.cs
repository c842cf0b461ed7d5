namespace Weir.Erasure.Coding;

/// <summary>
/// GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1 (0x11d) and the generator 2: the field of the Reed-Solomon code that MinIO and
/// RustFS write. Addition is exclusive or.
/// </summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11d;
    private const int Order = 255;

    // The powers are written out twice, so that the sum of two logarithms needs no reduction.
    private static readonly byte[] Powers = new byte[2 * Order];
    private static readonly byte[] Logarithms = new byte[256];

    static GaloisField()
    {
        int power = 1;
        for (int exponent = 0; exponent < Order; exponent++)
        {
            Powers[exponent] = Powers[exponent + Order] = (byte)power;
            Logarithms[power] = (byte)exponent;
            power <<= 1;
            if (power > 0xff) power ^= Polynomial;
        }
    }

    public static byte Multiply(byte left, byte right) =>
        left == 0 || right == 0 ? (byte)0 : Powers[Logarithms[left] + Logarithms[right]];

    public static byte Inverse(byte value) =>
        value == 0 ? throw new DivideByZeroException("Zero has no inverse in GF(2^8).") : Powers[Order - Logarithms[value]];

    /// <summary>The value to a power, where 0 to the power 0 is 1 as the Vandermonde matrix of the format wants it.</summary>
    public static byte Power(byte value, int exponent)
    {
        byte power = 1;
        for (int i = 0; i < exponent; i++) power = Multiply(power, value);
        return power;
    }

    /// <summary>
    /// Multiplication by a constant as the 8x8 bit matrix of GF2P8AFFINEQB: bit i of the product is the parity of byte 7-i and the
    /// factor. It works for every polynomial, unlike GF2P8MULB, which is fixed to that of AES.
    /// </summary>
    public static ulong AffineMatrix(byte constant)
    {
        ulong matrix = 0;
        for (int column = 0; column < 8; column++)
        {
            int product = Multiply(constant, (byte)(1 << column));
            for (int row = 0; row < 8; row++)
            {
                if ((product >> row & 1) != 0) matrix |= 1ul << (8 * (7 - row) + column);
            }
        }

        return matrix;
    }
}
