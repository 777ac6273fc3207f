namespace Weft.Training;

/// <summary>The lower triangle L of a symmetric positive definite matrix A = L·Lᵀ, and what is solved with it.</summary>
internal sealed class CholeskyFactor
{
    private readonly double[] _rows;

    private CholeskyFactor(int size, double[] rows) => (Size, _rows) = (size, rows);

    public int Size { get; }

    /// <summary>Null where the matrix is not positive definite, or holds a NaN.</summary>
    /// <param name="matrix">Row by row; its lower triangle is read, and replaced by the factor.</param>
    public static CholeskyFactor? Of(double[] matrix, int size)
    {
        for (var i = 0; i < size; i++)
        {
            var row = matrix.AsSpan(i * size, size);
            for (var j = 0; j < i; j++)
                row[j] = (row[j] - DoubleVectors.Dot(row[..j], matrix.AsSpan(j * size, j))) / matrix[j * size + j];
            var square = row[i] - DoubleVectors.Dot(row[..i], row[..i]);
            if (!(square > 0) || double.IsInfinity(square))
                return null;
            row[i] = Math.Sqrt(square);
        }

        return new CholeskyFactor(size, matrix);
    }

    /// <summary>The logarithm of |A|, the sum of 2·log Lᵢᵢ.</summary>
    public double LogDeterminant()
    {
        var sum = 0.0;
        for (var i = 0; i < Size; i++)
            sum += Math.Log(_rows[i * Size + i]);
        return 2 * sum;
    }

    /// <summary>Replaces b by L⁻¹·b.</summary>
    public void Forward(Span<double> b)
    {
        for (var i = 0; i < Size; i++)
            b[i] = (b[i] - DoubleVectors.Dot(_rows.AsSpan(i * Size, i), b[..i])) / _rows[i * Size + i];
    }

    /// <summary>Replaces b by L⁻ᵀ·b.</summary>
    public void Backward(Span<double> b)
    {
        for (var i = Size - 1; i >= 0; i--)
        {
            b[i] /= _rows[i * Size + i];
            DoubleVectors.AddScaled(b[..i], -b[i], _rows.AsSpan(i * Size, i));
        }
    }

    /// <summary>A⁻¹, row by row.</summary>
    public double[] Inverse()
    {
        var columns = new double[Size * Size]; // of L⁻¹, one after the other
        for (var j = 0; j < Size; j++)
        {
            var column = columns.AsSpan(j * Size, Size);
            column[j] = 1 / _rows[j * Size + j];
            for (var i = j + 1; i < Size; i++)
                column[i] = -DoubleVectors.Dot(_rows.AsSpan(i * Size + j, i - j), column[j..i]) / _rows[i * Size + i];
        }

        var inverse = new double[Size * Size];
        for (var i = 0; i < Size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var element = DoubleVectors.Dot(columns.AsSpan(i * Size + i, Size - i), columns.AsSpan(j * Size + i, Size - i));
                inverse[i * Size + j] = inverse[j * Size + i] = element;
            }
        }

        return inverse;
    }
}
