namespace Weir.Erasure.Coding;

/// <summary>A small dense matrix over GF(2^8), row by row.</summary>
internal sealed class GaloisMatrix(int rows, int columns)
{
    private readonly byte[] _cells = new byte[rows * columns];

    public int Rows => rows;

    public int Columns => columns;

    public byte this[int row, int column]
    {
        get => _cells[row * columns + column];
        set => _cells[row * columns + column] = value;
    }

    public ReadOnlySpan<byte> Row(int row) => _cells.AsSpan(row * columns, columns);

    /// <summary>
    /// The systematic generator of the format: V * inverse(top of V) with V[r][c] = r^c. Its first rows are the identity, the others
    /// give the parity shards.
    /// </summary>
    public static GaloisMatrix Generator(int data, int parity)
    {
        var vandermonde = new GaloisMatrix(data + parity, data);
        for (int row = 0; row < data + parity; row++)
        {
            for (int column = 0; column < data; column++) vandermonde[row, column] = GaloisField.Power((byte)row, column);
        }

        var top = new GaloisMatrix(data, data);
        for (int row = 0; row < data; row++) vandermonde.Row(row).CopyTo(top._cells.AsSpan(row * data));
        return vandermonde.Multiply(top.Invert());
    }

    public GaloisMatrix Multiply(GaloisMatrix right)
    {
        var product = new GaloisMatrix(rows, right.Columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < right.Columns; column++)
            {
                byte sum = 0;
                for (int i = 0; i < columns; i++) sum ^= GaloisField.Multiply(this[row, i], right[i, column]);
                product[row, column] = sum;
            }
        }

        return product;
    }

    /// <summary>The inverse, by Gauss-Jordan elimination.</summary>
    /// <exception cref="InvalidOperationException">The matrix is singular; no choice of rows of the generator is.</exception>
    public GaloisMatrix Invert()
    {
        int size = rows;
        var left = new GaloisMatrix(size, size);
        _cells.CopyTo(left._cells.AsSpan());
        var inverse = new GaloisMatrix(size, size);
        for (int i = 0; i < size; i++) inverse[i, i] = 1;
        for (int pivot = 0; pivot < size; pivot++)
        {
            int row = pivot;
            while (row < size && left[row, pivot] == 0) row++;
            if (row == size) throw new InvalidOperationException("The coding matrix is singular.");
            left.SwapRows(row, pivot);
            inverse.SwapRows(row, pivot);
            byte scale = GaloisField.Inverse(left[pivot, pivot]);
            left.ScaleRow(pivot, scale);
            inverse.ScaleRow(pivot, scale);
            for (int other = 0; other < size; other++)
            {
                byte factor = left[other, pivot];
                if (other == pivot || factor == 0) continue;
                left.AddRow(other, pivot, factor);
                inverse.AddRow(other, pivot, factor);
            }
        }

        return inverse;
    }

    private void SwapRows(int one, int other)
    {
        if (one == other) return;
        for (int column = 0; column < columns; column++) (this[one, column], this[other, column]) = (this[other, column], this[one, column]);
    }

    private void ScaleRow(int row, byte factor)
    {
        for (int column = 0; column < columns; column++) this[row, column] = GaloisField.Multiply(this[row, column], factor);
    }

    private void AddRow(int target, int source, byte factor)
    {
        for (int column = 0; column < columns; column++) this[target, column] ^= GaloisField.Multiply(this[source, column], factor);
    }
}
