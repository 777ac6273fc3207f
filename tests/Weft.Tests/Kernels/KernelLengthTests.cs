using Weft.Kernels;

namespace Weft.Tests.Kernels;

/// <summary>
/// Every kernel with a free length at all lengths 0 … 257, in every vector width, against the same in double; nothing beyond the length is touched.
/// </summary>
public sealed unsafe class KernelLengthTests : IDisposable
{
    private const int Longest = 257;
    private const int Stride = Longest + 16;
    private const int Pixels = 4; // two pooled ones in each of two rows
    private const int Row = Pixels * Stride;
    private const double Tolerance = 3e-7;

    private readonly NativeBuffer _memory = new(40 * Row);
    private int _taken;

    public static TheoryData<int> Lanes => [1, 4, 8, 16];

    public void Dispose() => _memory.Dispose();

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Elementwise(int lanes) => ForEveryLength(lanes, (kernels, n) =>
    {
        float* x = Input(1), y = Input(2), a = Input(2), b = Input(1), c = Input(2);
        kernels.Add(x, a, n);
        Check(n, a, i => (double)y[i] + x[i], y);
        kernels.ReLU(b, n);
        Check(n, b, i => Math.Max(x[i], 0), x);
        kernels.ReLUGradient(x, c, n);
        Check(n, c, i => x[i] > 0 ? y[i] : 0, y);
    });

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Norms(int lanes) => ForEveryLength(lanes, (kernels, n) =>
    {
        var norm = Coefficients();
        float* z = Input(1), dy = Input(2), y = Input(3), dz = Input(4), sum = Input(5), squares = Input(6), products = Input(7), before = Input(3);
        kernels.ApplyNorm(z, Stride, y, Stride, Pixels, n, norm);
        for (var p = 0; p < Pixels; p++)
            Check(n, y + p * Stride, c => Math.Max(Norm(norm, z, p, c), 0), before + p * Stride);

        float* sumBefore = Input(5), squaresBefore = Input(6), productsBefore = Input(7);
        kernels.AddMoments(z, Stride, Pixels, n, norm.Pivot, sum, squares);
        Check(n, sum, c => sumBefore[c] + Sum(p => z[p * Stride + c] - (double)norm.Pivot[c]), sumBefore);
        Check(n, squares, c => squaresBefore[c] + Sum(p => Math.Pow(z[p * Stride + c] - (double)norm.Pivot[c], 2)), squaresBefore);

        var gradientSum = Input(5);
        kernels.AddNormGradientMoments(z, Stride, dy, Stride, Pixels, n, norm, gradientSum, products);
        Check(n, gradientSum, c => sumBefore[c] + Sum(p => Open(p, c)), sumBefore);
        Check(n, products, c => productsBefore[c] + Sum(p => Open(p, c) * (z[p * Stride + c] - (double)norm.Pivot[c])), productsBefore);

        var dzBefore = Input(4);
        kernels.ApplyNormGradient(z, Stride, dy, Stride, dz, Stride, Pixels, n, norm);
        for (var p = 0; p < Pixels; p++)
            Check(n, dz + p * Stride, c => norm.P[c] * Open(p, c) + (double)norm.Q[c] * z[p * Stride + c] + norm.R[c], dzBefore + p * Stride);

        double Open(int p, int c) => Norm(norm, z, p, c) > 0 ? dy[p * Stride + c] : 0;
    });

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Norms_with_pooling(int lanes) => ForEveryLength(lanes, (kernels, n) =>
    {
        const int Pooled = Pixels / 2;
        var norm = Coefficients();
        float* z = Input(1, rows: 2), dy = Input(2), y = Input(3), yBefore = Input(3), dz = Input(4, rows: 2), dzBefore = Input(4, rows: 2);
        float* sum = Input(5), products = Input(6), sumBefore = Input(5), productsBefore = Input(6);
        kernels.ApplyNormPool(z, Stride, Row, y, Stride, Pooled, n, norm);
        kernels.AddNormPoolGradientMoments(z, Stride, Row, dy, Stride, Pooled, n, norm, sum, products);
        kernels.ApplyNormPoolGradient(z, Stride, Row, dy, Stride, dz, Stride, Row, Pooled, n, norm);
        for (var p = 0; p < Pooled; p++)
        {
            Check(n, y + p * Stride, c => Math.Max(Window(p).Max(i => Norm(norm, z, i, c)), 0), yBefore + p * Stride);
            foreach (var i in Window(p))
                Check(n, dz + i * Stride, c => norm.P[c] * Share(p, i, c) + (double)norm.Q[c] * z[i * Stride + c] + norm.R[c], dzBefore + i * Stride);
        }

        Check(n, sum, c => sumBefore[c] + Enumerable.Range(0, Pooled).Sum(p => Window(p).Sum(i => Share(p, i, c))), sumBefore);
        Check(n, products, c => productsBefore[c] + Enumerable.Range(0, Pooled)
            .Sum(p => Window(p).Sum(i => Share(p, i, c) * (z[i * Stride + c] - (double)norm.Pivot[c]))), productsBefore);

        static int[] Window(int p) => [2 * p, 2 * p + 1, 2 * p + Pixels, 2 * p + 1 + Pixels];

        double Share(int p, int pixel, int c)
        {
            var best = Window(p).MaxBy(i => Norm(norm, z, i, c));
            return best == pixel && Norm(norm, z, best, c) > 0 ? dy[p * Stride + c] : 0;
        }
    });

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Pooling(int lanes) => ForEveryLength(lanes, (kernels, n) =>
    {
        float* x = Input(1, rows: 2), most = Input(2), mean = Input(2), dy = Input(3), dxMost = Input(4, rows: 2),
            dxMean = Input(4, rows: 2), before = Input(4, rows: 2), yBefore = Input(2);
        int[] window = [0, 1, 2, Pixels, Pixels + 1, Pixels + 2];
        kernels.MaxWindow(Over(x), most, n);
        Check(n, most, c => window.Max(i => x[i * Stride + c]), yBefore);
        kernels.SumWindow(Over(x), 0.25f, mean, n);
        Check(n, mean, c => window.Sum(i => 0.25 * x[i * Stride + c]), yBefore);
        kernels.MaxWindowGradient(Over(x), dy, Over(dxMost), n);
        kernels.SumWindowGradient(dy, 0.25f, Over(dxMean), n);
        foreach (var i in window)
        {
            Check(n, dxMost + i * Stride, c => before[i * Stride + c] + (window.MaxBy(j => x[j * Stride + c]) == i ? (double)dy[c] : 0), before + i * Stride);
            Check(n, dxMean + i * Stride, c => before[i * Stride + c] + 0.25 * dy[c], before + i * Stride);
        }

        static PoolingWindow Over(float* from) => new(from, Row, Stride, 2, 3);
    });

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Pooling_by_rows(int lanes) => ForEveryLength(lanes, (kernels, n) =>
    {
        // The upper row lies outside of the image, and so do the columns beside it.
        foreach (var stride in (int[])[1, 2])
        {
            float* nothing = Input(0), x = Input(1, rows: 2), y = Input(2), yBefore = Input(2),
                dy = Input(3), dx = Input(4, rows: 2), dxBefore = Input(4, rows: 2);
            var count = (Pixels - 1) / stride + 1;
            new Span<float>(nothing, Stride).Fill(float.NegativeInfinity);
            kernels.MaxRow(Over(nothing, x), stride, y, Stride, count, n);
            kernels.MaxRowGradient(Over(nothing, x), stride, dy, Stride, count, Over(Input(0), dx), n);
            for (var p = 0; p < count; p++)
                Check(n, y + p * Stride, c => Window(p).Max(i => x[i * Stride + c]), yBefore + p * Stride);
            for (var i = 0; i < 2 * Pixels; i++)
            {
                Check(n, dx + i * Stride, c => dxBefore[i * Stride + c] + Enumerable.Range(0, count)
                    .Sum(p => Window(p).Contains(i) && Window(p).MaxBy(j => x[j * Stride + c]) == i ? (double)dy[p * Stride + c] : 0), dxBefore + i * Stride);
            }

            int[] Window(int p) =>
                [.. Enumerable.Range(p * stride - 1, 3).Where(column => column >= 0 && column < Pixels), .. Enumerable.Range(p * stride - 1, 3)
                    .Where(column => column >= 0 && column < Pixels).Select(column => Pixels + column)];
        }

        static PoolingRows Over(float* outside, float* from) => new(new(outside, 0), new(from, Stride), new(from + Row, Stride), Pixels, -1);
    });

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Matrix_products_at_every_depth_with_all_rows_and_columns(int lanes) => ForEveryLength(lanes, (kernels, depth) =>
    {
        var rows = 1 + depth % 31;
        var columns = 1 + depth % kernels.PanelWidth;
        float* a = Input(1, rows: 10), b = Input(2, rows: 10), c = Input(3, rows: 2), before = Input(3, rows: 2);
        nint segment = 0;
        var block = new MatrixBlock
        {
            Segments = &segment, SegmentCount = 1, Count = depth, RowStride = Stride,
            Step = 1, BStep = 40, CRow = 33, Accumulate = depth % 2 == 0
        };
        kernels.MultiplyPanel(block, a, b, c, rows, columns);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < 33; column++)
            {
                double expected = column < columns && !block.Accumulate ? 0 : before[row * 33 + column], size = 1;
                for (var p = 0; p < depth && column < columns; p++)
                {
                    expected += (double)a[row * Stride + p] * b[p * 40 + column];
                    size += Math.Abs((double)a[row * Stride + p] * b[p * 40 + column]);
                }

                Assert.True(Math.Abs(c[row * 33 + column] - expected) <= Tolerance * size, $"depth {depth}: element {row}, {column}");
            }
        }
    });

    [Fact]
    public void Transposition() => ForEveryLength(1, (kernels, n) =>
    {
        float* from = Input(1), to = Input(2), before = Input(2), added = Input(2);
        kernels.Transpose(from, Stride, Pixels, n, to, Pixels);
        kernels.TransposeAdd(from, Stride, Pixels, n, added, Pixels);
        Check(n * Pixels, to, i => from[i % Pixels * Stride + i / Pixels], before);
        Check(n * Pixels, added, i => before[i] + (double)from[i % Pixels * Stride + i / Pixels], before);
    });

    [Fact]
    public void Dropout() => ForEveryLength(1, (_, n) =>
    {
        float* x = Input(1), before = Input(1);
        VectorKernels.Drop(x, n, key: 77, counter: 1000, rate: 0.3);
        Check(n, x, i => Hash((uint)(1000 + i)) < (uint)(0.3 * 4294967296.0) ? 0 : before[i] / 0.7, before);

        static uint Hash(uint counter)
        {
            var h = counter * 0x9E3779B9u + 77;
            h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
            h = (h ^ (h >> 13)) * 0xC2B2AE35u;
            return h ^ (h >> 16);
        }
    });

    private void ForEveryLength(int lanes, Action<VectorKernels, int> test)
    {
        var kernels = VectorKernels.For(lanes);
        for (var n = 0; n <= Longest; n++)
        {
            _taken = 0;
            test(kernels, n);
        }
    }

    // Rows of pixels of the same numbers for the same seed.
    private float* Input(uint seed, int rows = 1)
    {
        var start = _memory.Pointer + _taken;
        _taken += rows * Row;
        Assert.True(_taken <= _memory.Length);
        for (var i = 0; i < rows * Row; i++)
            start[i] = (float)Hashed.Unit(seed, i);
        return start;
    }

    private NormCoefficients Coefficients() => new()
    {
        Scale = Input(11), Shift = Input(12), ReLU = true, Pivot = Input(13), P = Input(14), Q = Input(15), R = Input(16),
    };

    // In float as the kernel computes it, so that both see the same rectifier open.
    private static double Norm(in NormCoefficients norm, float* z, int pixel, int c) =>
        MathF.FusedMultiplyAdd(norm.Scale[c], z[pixel * Stride + c], norm.Shift[c]);

    private static double Sum(Func<int, double> term) => Enumerable.Range(0, Pixels).Sum(term);

    private static void Check(int length, float* actual, Func<int, double> expected, float* before)
    {
        for (var i = 0; i < length; i++)
        {
            var value = expected(i);
            Assert.True(Math.Abs(actual[i] - value) <= Tolerance * Math.Max(1, Math.Abs(value)) * 4,
                $"element {i} of {length}: expected {value}, found {actual[i]}");
        }

        for (var i = length; i < length + 16; i++)
            Assert.True(actual[i].Equals(before[i]), $"element {i} beyond {length} was touched");
    }
}
