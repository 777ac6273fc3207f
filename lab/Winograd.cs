using System.Runtime.Intrinsics;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>
/// Winograd's F(4×4, 3×3) as the formula says it: Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, summed over input channels, every tile whole. With ⊙ over channels each of
/// the 36 products is a matrix product, tiles by channels.
/// </summary>
/// <remarks>Lavin and Gray, CVPR 2016, at the points 0, ±3/4, ±3/2 and ∞ (see <see cref="WinogradPoints"/> for why these).</remarks>
internal sealed unsafe class Winograd
{
    private const int Inputs = 6;
    private const int Outputs = 4;
    private const int Products = Inputs * Inputs;
    private const int Lanes = 16;
    private const int Pad = 16; // tiles a power of two apart would share a few cache sets

    private static readonly double[] Points = [0, 0.75, -0.75, 1.5, -1.5];
    private static readonly float[] InputMatrix = MakeInputMatrix();
    private static readonly float[] KernelMatrix = MakeKernelMatrix();
    private static readonly float[] OutputMatrix = MakeOutputMatrix();

    private readonly int _tilesDown;
    private readonly int _tilesAcross;
    private readonly int _c;
    private readonly int _k;
    private readonly float* _kernel; // U: [36][K / 32][C][32]

    public Winograd(int height, int width, int c, int k, float* weight, Allocator allocate)
    {
        (_tilesDown, _tilesAcross, _c, _k) = ((height + Outputs - 1) / Outputs, (width + Outputs - 1) / Outputs, c, k);
        _kernel = allocate((long)Products * c * k);
        TransformKernel(weight);
    }

    public delegate float* Allocator(long length);

    /// <summary>Floats that <see cref="Run"/> needs for so many images.</summary>
    public long ScratchLength(int images) => (long)Products * images * _tilesDown * _tilesAcross * (_c + Pad + _k + Pad);

    /// <summary>y = conv(x) of some images.</summary>
    /// <param name="unrolled">Whether whole tiles go through the engine's transforms instead of the loops below.</param>
    public void Run(in FeatureMap x, in FeatureMap y, int first, int count, float* scratch, bool unrolled)
    {
        int tiles = _tilesDown * _tilesAcross, rows = count * tiles;
        nint vRow = _c + Pad, mRow = _k + Pad;
        float* v = scratch, m = v + Products * rows * vRow;
        for (var row = 0; row < rows; row++)
        {
            var (tileY, tileX) = Math.DivRem(row % tiles, _tilesAcross);
            var from = x.Pixel(first + row / tiles, tileY * Outputs - 1, tileX * Outputs - 1);
            if (unrolled)
                VectorKernels.Best.TransformInput(from, x.RowStride, x.PixelStride, v + row * vRow, rows * vRow, _c);
            else
                TransformInput(from, x, v + row * vRow, rows * vRow);
        }

        for (var product = 0; product < Products; product++)
        {
            for (var k = 0; k < _k; k += RegisterTile.Columns)
            {
                RegisterTile.Multiply(
                    rows, v + product * rows * vRow, vRow, _c, _kernel + ((nint)product * _k + k) * _c, RegisterTile.Columns, m + product * rows * mRow + k,
                        mRow, accumulate: false);
            }
        }

        for (var row = 0; row < rows; row++)
        {
            var (tileY, tileX) = Math.DivRem(row % tiles, _tilesAcross);
            if (unrolled && (tileY + 1) * Outputs <= y.Height && (tileX + 1) * Outputs <= y.Width)
                VectorKernels.Best.TransformOutput(m + row * mRow, rows * mRow, y.Pixel(first + row / tiles, tileY * Outputs, tileX * Outputs), y.RowStride,
                    y.PixelStride, _k);
            else
                TransformOutput(m + row * mRow, rows * mRow, y, first + row / tiles, tileY * Outputs, tileX * Outputs);
        }
    }

    // V = Bᵀ d B: columns, then rows, sixteen channels at a time.
    private void TransformInput(float* d, in FeatureMap x, float* v, nint plane)
    {
        var half = stackalloc float[Products * Lanes];
        for (var c = 0; c < _c; c += Lanes)
        {
            for (var i = 0; i < Inputs; i++)
                MultiplyLine(InputMatrix, Inputs, Inputs, d + i * x.PixelStride + c, x.RowStride, half + i * Lanes, Inputs * Lanes);
            for (var i = 0; i < Inputs; i++)
                MultiplyLine(InputMatrix, Inputs, Inputs, half + i * Inputs * Lanes, Lanes, v + i * Inputs * plane + c, plane);
        }
    }

    // Y = Aᵀ M A, of which only what lies inside the image is kept.
    private void TransformOutput(float* m, nint plane, in FeatureMap y, int image, int top, int left)
    {
        float* half = stackalloc float[Outputs * Inputs * Lanes], whole = stackalloc float[Outputs * Outputs * Lanes];
        for (var k = 0; k < _k; k += Lanes)
        {
            for (var i = 0; i < Inputs; i++)
                MultiplyLine(OutputMatrix, Outputs, Inputs, m + i * plane + k, Inputs * plane, half + i * Lanes, Inputs * Lanes);
            for (var i = 0; i < Outputs; i++)
                MultiplyLine(OutputMatrix, Outputs, Inputs, half + i * Inputs * Lanes, Lanes, whole + i * Outputs * Lanes, Lanes);
            for (var i = 0; i < Outputs && top + i < y.Height; i++)
            {
                for (var j = 0; j < Outputs && left + j < y.Width; j++)
                    Vector512.Load(whole + (i * Outputs + j) * Lanes).Store(y.Pixel(image, top + i, left + j) + k);
            }
        }
    }

    // A matrix times a column of vectors; zeros, of which the matrices are full, cost a comparison instead of a multiplication.
    private static void MultiplyLine(float[] matrix, int rows, int columns, float* from, nint fromStride, float* to, nint toStride)
    {
        for (var i = 0; i < rows; i++)
        {
            var sum = Vector512<float>.Zero;
            for (var j = 0; j < columns; j++)
            {
                if (matrix[i * columns + j] is var factor and not 0)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Create(factor), Vector512.Load(from + j * fromStride), sum);
            }

            sum.Store(to + i * toStride);
        }
    }

    // U = G g Gᵀ in double: it happens once.
    private void TransformKernel(float* weight)
    {
        for (var c = 0; c < _c; c++)
        {
            for (var k = 0; k < _k; k++)
            {
                for (var product = 0; product < Products; product++)
                {
                    var sum = 0.0;
                    for (var tap = 0; tap < 9; tap++)
                    {
                        var factor = (double)KernelMatrix[product / Inputs * 3 + tap / 3] * KernelMatrix[product % Inputs * 3 + tap % 3];
                        sum += factor * weight[(tap * _c + c) * _k + k];
                    }
                    _kernel[((nint)product * _k + k / RegisterTile.Columns * RegisterTile.Columns) * _c + c * RegisterTile.Columns
                        + k % RegisterTile.Columns] = (float)sum;
                }
            }
        }
    }

    // Row p: the coefficients of Π(x − q) over the other points q; the last row, infinity, over all points.
    private static float[] MakeInputMatrix()
    {
        var matrix = new float[Products];
        for (var row = 0; row < Inputs; row++)
        {
            double[] polynomial = [1];
            foreach (var q in Points.Where((_, i) => i != row))
                polynomial = [.. Enumerable.Range(0, polynomial.Length + 1)
                    .Select(i => (i > 0 ? polynomial[i - 1] : 0) - (i < polynomial.Length ? q * polynomial[i] : 0))];
            for (var i = 0; i < polynomial.Length; i++)
                matrix[row * Inputs + i] = (float)polynomial[i];
        }

        return matrix;
    }

    // Row p: (1, p, p²) / Π(p − q); infinity takes the last tap.
    private static float[] MakeKernelMatrix()
    {
        var matrix = new float[Inputs * 3];
        for (var row = 0; row < Points.Length; row++)
        {
            var divisor = Points.Where((_, i) => i != row).Aggregate(1.0, (product, q) => product * (Points[row] - q));
            for (var i = 0; i < 3; i++)
                matrix[row * 3 + i] = (float)(Math.Pow(Points[row], i) / divisor);
        }

        matrix[^1] = 1;
        return matrix;
    }

    // Column p: (1, p, p², p³); infinity adds to the last output alone.
    private static float[] MakeOutputMatrix()
    {
        var matrix = new float[Outputs * Inputs];
        for (var i = 0; i < Outputs; i++)
        {
            for (var column = 0; column < Points.Length; column++)
                matrix[i * Inputs + column] = (float)Math.Pow(Points[column], i);
        }

        matrix[^1] = 1;
        return matrix;
    }
}
