using System.Numerics;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>A fully connected layer, forward: y[m, o] = Σ(f) x[m, f] · w[o, f].</summary>
// M samples, F features, O outputs. Given are x as [M, F] and the weights as [O, F], the way they are usually stored.
internal sealed unsafe class LinearLadder : Ladder
{
    private const int OutputsPerPart = 128;

    // Terms whose weights for 32 outputs fill a part of a first-level cache and are used there by all samples.
    private const int SumBlock = 256;

    private readonly int _m;
    private readonly int _f;
    private readonly int _o;
    private readonly float* _x;
    private readonly float* _weight;
    private readonly float* _turned;
    private readonly float* _packed;
    private readonly float* _enginePacked;
    private readonly float* _y;
    private readonly VectorKernels _kernels = VectorKernels.Best;
    private readonly Lazy<double[]> _expected;

    public LinearLadder(int[] shape, int threads)
        : base(threads)
    {
        (_m, _f, _o) = (shape[0], shape[1], shape[2]);
        if (_o % RegisterTile.Columns != 0)
            throw new ArgumentException($"The linear ladder takes outputs in thirty-twos, not {_o}.");
        _x = Allocate((long)_m * _f);
        _weight = Allocate((long)_o * _f);
        _turned = Allocate((long)_o * _f);
        _packed = Allocate((long)_o * _f);
        _enginePacked = Allocate((long)_o * _f);
        _y = Allocate((long)_m * _o);
        Values.Fill(_x, (long)_m * _f, 1, 1);
        Values.Fill(_weight, (long)_o * _f, 2, Math.Sqrt(3.0 / _f));
        for (var o = 0; o < _o; o++)
        {
            for (var f = 0; f < _f; f++)
            {
                var value = _weight[(nint)o * _f + f];
                _turned[(nint)f * _o + o] = value;
                _packed[InPanels(o, f, RegisterTile.Columns)] = value;
                _enginePacked[InPanels(o, f, _kernels.PanelWidth)] = value;
            }
        }

        _expected = new(Reference);
        Rungs =
        [
            new("dot products", "The definition in float: one multiply-add waits for the one before.", () => ForOutputs(DotProducts)),
            new("vectors", "Eight terms of a sum at once.", () => ForOutputs(VectorsOfTerms)),
            new("four samples", "Four sums that do not wait for each other, and each weight vector is loaded once for four samples.",
                () => ForOutputs(FourSamples)),
            new("register tile", "7 samples x 32 outputs in registers: 28 multiply-adds a loaded vector instead of 4. The weights are turned for it.",
                () => ForOutputs((first, end, _) => Tiles(first, end, _turned, 1, _o, _f))),
            new("packed weights", "32 outputs' weights as one straight run: no strides of a power of two, which meet in few cache sets.",
                () => ForOutputs((first, end, _) => Tiles(first, end, _packed, _f, RegisterTile.Columns, _f))),
            new("blocked sums", "256 terms at a time: a panel's weights stay in the nearest cache while all samples pass.",
                () => ForOutputs((first, end, _) => Tiles(first, end, _packed, _f, RegisterTile.Columns, SumBlock))),
            new("engine", "Up to 14 samples a tile, and the next panel's weights are fetched meanwhile.", () => ForOutputs(Engine)),
        ];
    }

    public override string Title => $"linear layer, {_m} samples, {_f} features to {_o} outputs";

    public override string Unit => "GFLOP";

    public override double Work => 2.0 * _m * _f * _o / 1e9;

    // The plain sum of 12,544 terms in float is the least exact of all rungs.
    public override double Bound => 1e-5;

    public override IReadOnlyList<Rung> Rungs { get; }

    public override void Reset() => Values.Poison(_y, (long)_m * _o);

    public override double Error() => Values.RelativeL2(Checked.SelectMany(Result).Zip(_expected.Value, (actual, expected) => (expected, actual)));

    protected override void Close() { }

    private IEnumerable<int> Checked => new[] { 0, 1, _m / 2, _m - 2, _m - 1 }.Distinct();

    private void ForOutputs(Part part) => ForParts(_o, OutputsPerPart, part);

    private float[] Result(int sample) => new Span<float>(_y + (nint)sample * _o, _o).ToArray();

    /// <summary>The definition.</summary>
    private double[] Reference()
    {
        var sums = new List<double>();
        foreach (var m in Checked)
        {
            for (var o = 0; o < _o; o++)
            {
                var sum = 0.0;
                for (var f = 0; f < _f; f++)
                    sum += (double)_x[(nint)m * _f + f] * _weight[(nint)o * _f + f];
                sums.Add(sum);
            }
        }

        return [.. sums];
    }

    // [O, F] → [O / panel][F][panel].
    private nint InPanels(int o, int f, int panel) => ((nint)(o / panel) * _f + f) * panel + o % panel;

    private void DotProducts(int first, int end, int worker)
    {
        for (var m = 0; m < _m; m++)
        {
            for (var o = first; o < end; o++)
            {
                float* x = _x + (nint)m * _f, w = _weight + (nint)o * _f;
                var sum = 0f;
                for (var f = 0; f < _f; f++)
                    sum += x[f] * w[f];
                _y[m * _o + o] = sum;
            }
        }
    }

    private void VectorsOfTerms(int first, int end, int worker)
    {
        for (var m = 0; m < _m; m++)
        {
            for (var o = first; o < end; o++)
                _y[m * _o + o] = Dot(_x + (nint)m * _f, _weight + (nint)o * _f);
        }
    }

    private float Dot(float* x, float* w)
    {
        var sums = Vector<float>.Zero;
        var f = 0;
        for (; f + Vector<float>.Count <= _f; f += Vector<float>.Count)
            sums = Vector.MultiplyAddEstimate(Vector.Load(x + f), Vector.Load(w + f), sums);
        var sum = Vector.Sum(sums);
        for (; f < _f; f++)
            sum += x[f] * w[f];
        return sum;
    }

    private void FourSamples(int first, int end, int worker)
    {
        var whole = _m - _m % 4;
        for (var m = 0; m < whole; m += 4)
        {
            for (var o = first; o < end; o++)
                FourDots(_x + (nint)m * _f, _weight + (nint)o * _f, _y + m * _o + o);
        }

        for (var m = whole; m < _m; m++)
        {
            for (var o = first; o < end; o++)
                _y[m * _o + o] = Dot(_x + (nint)m * _f, _weight + (nint)o * _f);
        }
    }

    private void FourDots(float* x, float* w, float* y)
    {
        float* x1 = x + _f, x2 = x1 + _f, x3 = x2 + _f;
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var f = 0;
        for (; f + Vector<float>.Count <= _f; f += Vector<float>.Count)
        {
            var weights = Vector.Load(w + f);
            s0 = Vector.MultiplyAddEstimate(Vector.Load(x + f), weights, s0);
            s1 = Vector.MultiplyAddEstimate(Vector.Load(x1 + f), weights, s1);
            s2 = Vector.MultiplyAddEstimate(Vector.Load(x2 + f), weights, s2);
            s3 = Vector.MultiplyAddEstimate(Vector.Load(x3 + f), weights, s3);
        }

        (y[0], y[_o], y[2 * _o], y[3 * _o]) = (Vector.Sum(s0), Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3));
        for (; f < _f; f++)
        {
            y[0] += x[f] * w[f];
            y[_o] += x1[f] * w[f];
            y[2 * _o] += x2[f] * w[f];
            y[3 * _o] += x3[f] * w[f];
        }
    }

    // Weights as [O / 32][F][32] if columnStride is F, as [F, O] if it is 1.
    private void Tiles(int first, int end, float* weights, nint columnStride, nint weightRow, int block)
    {
        for (var f = 0; f < _f; f += block)
        {
            for (var o = first; o < end; o += RegisterTile.Columns)
                RegisterTile.Multiply(_m, _x + f, _f, Math.Min(block, _f - f), weights + o * columnStride + f * weightRow, weightRow, _y + o, _o,
                    accumulate: f > 0);
        }
    }

    // As the engine's linear layer goes through its panels.
    private void Engine(int first, int end, int worker)
    {
        nint segment = 0;
        var panel = _kernels.PanelWidth;
        for (var f = 0; f < _f; f += SumBlock)
        {
            for (var o = first; o < end; o += panel)
            {
                var block = new MatrixBlock
                {
                    Segments = &segment,
                    SegmentCount = 1,
                    Count = Math.Min(SumBlock, _f - f),
                    RowStride = _f,
                    Step = 1,
                    BStep = panel,
                    CRow = _o,
                    Accumulate = f > 0,
                    NextB = o + panel < end ? (nint)_f * panel : 0,
                };
                _kernels.MultiplyPanel(block, _x + f, _enginePacked + InPanels(o, f, panel), _y + o, _m, Math.Min(panel, _o - o));
            }
        }
    }
}
