using System.Runtime.Intrinsics;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>
/// Batch norm in training, ReLU and max-pooling 2×2: y = max over each window of max(γ · (z − mean) / √(variance + ε) + β, 0), mean and variance being those
/// of a channel over the whole batch. Hardly any arithmetic: what counts is how often the map goes through memory.
/// </summary>
// N images, H rows, W columns, C channels; channel last.
internal sealed unsafe class NormLadder : Ladder
{
    private const int ImagesPerPart = 8;
    private const int ChannelsPerPart = 8;
    private const double Epsilon = 1e-5;

    private readonly int _images;
    private readonly int _c;
    private readonly int _parts;
    private readonly FeatureMap _z;
    private readonly FeatureMap _between;
    private readonly FeatureMap _y;
    private readonly float* _gamma;
    private readonly float* _beta;
    private readonly float* _center;  // around which moments are summed
    private readonly float* _sums;    // Σ(z − center), [part][C]
    private readonly float* _squares; // Σ(z − center)², [part][C]
    private readonly NormCoefficients _norm;
    private readonly Lazy<double[]> _expected;

    public NormLadder(int[] shape, int threads)
        : base(threads)
    {
        (_images, var height, var width, _c) = (shape[0], shape[1], shape[2], shape[3]);
        if (height % 2 != 0 || width % 2 != 0 || _c % ChannelsPerPart != 0)
            throw new ArgumentException($"The norm ladder takes even heights and widths and channels in eights, not {height}x{width} and {_c}.");
        _parts = (_images + ImagesPerPart - 1) / ImagesPerPart;
        _z = FeatureMap.Over(Allocate((long)_images * height * width * _c), height, width, _c);
        _between = FeatureMap.Over(Allocate((long)_images * height * width * _c), height, width, _c);
        _y = FeatureMap.Over(Allocate((long)_images * height * width / 4 * _c), height / 2, width / 2, _c);
        _gamma = Allocate(_c);
        _beta = Allocate(_c);
        _center = Allocate(_c);
        _sums = Allocate((long)_parts * _c);
        _squares = Allocate((long)_parts * _c);
        _norm = new NormCoefficients { Scale = Allocate(_c), Shift = Allocate(_c), ReLU = true };
        Values.Fill(_z.Origin, _images * _z.ImageStride, 1, 2);
        Values.Fill(_gamma, _c, 2, 1);
        Values.Fill(_beta, _c, 3, 1);
        _expected = new(Reference);
        Rungs =
        [
            new("channel by channel", "The definition in float, a pass for each step; every number costs a cache line.", ChannelByChannel),
            new("pixel by pixel", "The same passes in the order of memory: a cache line serves sixteen channels.", PassForEachStep<Width32, float>),
            new("vectors", "Eight channels at once.", PassForEachStep<Width256, Vector256<float>>),
            new("both moments at once", "Sum and sum of squares in one pass over the map instead of two.", MomentsSinglePass<Width256, Vector256<float>>),
            new("norm with ReLU", "Scale, shift and ReLU while the number is in a register.", NormWithRectifier<Width256, Vector256<float>>),
            new("norm, ReLU and pool", "Only the pooled quarter is written; nothing lies between.", NormWithPool<Width256, Vector256<float>>),
            new("engine", "Any number of channels at the widest vectors; sums and coefficients stay in registers along a row.", Engine),
        ];
    }

    public override string Title => $"batch norm + ReLU + max-pool 2x2, {_images} images of {_z.Height}x{_z.Width}, {_c} channels";

    public override string Unit => "GB";

    // The map is read for its moments and again for its norm; a quarter is written.
    public override double Work => 2.25 * _images * _z.ImageStride * sizeof(float) / 1e9;

    // Sums of a hundred thousand floats, one after the other.
    public override double Bound => 1e-5;

    public override IReadOnlyList<Rung> Rungs { get; }

    public override void Reset() => Values.Poison(_y.Origin, _images * _y.ImageStride);

    public override double Error() => Values.RelativeL2(_expected.Value.Zip(new Span<float>(_y.Origin, _expected.Value.Length).ToArray()));

    protected override void Close() { }

    private int Pixels => _images * _z.Pixels;

    /// <summary>The definition.</summary>
    private double[] Reference()
    {
        var result = new double[_images * _y.ImageStride];
        for (var c = 0; c < _c; c++)
        {
            double mean = 0, variance = 0;
            for (var pixel = 0; pixel < Pixels; pixel++)
                mean += (double)_z.Origin[(nint)pixel * _c + c] / Pixels;
            for (var pixel = 0; pixel < Pixels; pixel++)
                variance += Math.Pow(_z.Origin[(nint)pixel * _c + c] - mean, 2) / Pixels;
            for (var pixel = 0; pixel < _images * _y.Pixels; pixel++)
            {
                var (image, rest) = Math.DivRem(pixel, _y.Pixels);
                var window = _z.Pixel(image, rest / _y.Width * 2, rest % _y.Width * 2) + c;
                foreach (var z in new[] { window[0], window[_c], window[_z.RowStride], window[_z.RowStride + _c] })
                    result[(nint)pixel * _c + c] = Math.Max(result[(nint)pixel * _c + c], _gamma[c] * (z - mean) / Math.Sqrt(variance + Epsilon) + _beta[c]);
            }
        }

        return result;
    }

    private void ChannelByChannel() => ForParts(_c, ChannelsPerPart, (first, end, _) =>
    {
        var length = (nint)Pixels * _c;
        for (var c = first; c < end; c++)
        {
            float mean = 0, variance = 0;
            for (nint i = c; i < length; i += _c)
                mean += _z.Origin[i];
            mean /= Pixels;
            for (nint i = c; i < length; i += _c)
                variance += (_z.Origin[i] - mean) * (_z.Origin[i] - mean);
            var scale = _gamma[c] / MathF.Sqrt(variance / Pixels + (float)Epsilon);
            for (nint i = c; i < length; i += _c)
                _between.Origin[i] = scale * (_z.Origin[i] - mean) + _beta[c];
            for (nint i = c; i < length; i += _c)
                _between.Origin[i] = MathF.Max(_between.Origin[i], 0);
            NormPasses<Width32, float>.Pool(_between, _y, 0, _images, c, c + 1);
        }
    });

    private void PassForEachStep<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        BeginMoments();
        ForImages((first, end, _) => NormPasses<TW, TV>.AddSums(_z, first, end, _center, Sums(first)));
        MoveCenterToMean();
        ForImages((first, end, _) => NormPasses<TW, TV>.AddSquares(_z, first, end, _center, Squares(first)));
        EndMoments();
        NormRectifyPool<TW, TV>();
    }

    private void MomentsSinglePass<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        Moments<TW, TV>();
        NormRectifyPool<TW, TV>();
    }

    private void NormWithRectifier<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        Moments<TW, TV>();
        ForImages((first, end, _) => NormPasses<TW, TV>.NormRectify(_z, _between, first, end, _norm));
        ForImages((first, end, _) => NormPasses<TW, TV>.Pool(_between, _y, first, end, 0, _c));
    }

    private void NormWithPool<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        Moments<TW, TV>();
        ForImages((first, end, _) => NormPasses<TW, TV>.NormRectifyPool(_z, _y, first, end, _norm));
    }

    private void Engine()
    {
        BeginMoments();
        ForImages((first, end, _) =>
        {
            for (var row = first * _z.Height; row < end * _z.Height; row++)
                VectorKernels.Best.AddMoments(_z.Origin + row * _z.RowStride, _c, _z.Width, _c, _center, Sums(first), Squares(first));
        });
        EndMoments();
        ForImages((first, end, _) =>
        {
            for (var row = first * _y.Height; row < end * _y.Height; row++)
                VectorKernels.Best.ApplyNormPool(_z.Origin + 2 * row * _z.RowStride, _c, _z.RowStride, _y.Origin + row * _y.RowStride, _c, _y.Width, _c, _norm);
        });
    }

    private void Moments<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        BeginMoments();
        ForImages((first, end, _) => NormPasses<TW, TV>.AddMoments(_z, first, end, _center, Sums(first), Squares(first)));
        EndMoments();
    }

    private void NormRectifyPool<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        ForImages((first, end, _) => NormPasses<TW, TV>.Norm(_z, _between, first, end, _norm));
        ForImages((first, end, _) => NormPasses<TW, TV>.Rectify(_between, first, end));
        ForImages((first, end, _) => NormPasses<TW, TV>.Pool(_between, _y, first, end, 0, _c));
    }

    private void ForImages(Part part) => ForParts(_images, ImagesPerPart, part);

    // Every part has sums of its own, added in the parts' order: so the number of threads changes no bit.
    private float* Sums(int first) => _sums + first / ImagesPerPart * _c;

    private float* Squares(int first) => _squares + first / ImagesPerPart * _c;

    private void BeginMoments()
    {
        new Span<float>(_sums, _parts * _c).Clear();
        new Span<float>(_squares, _parts * _c).Clear();
        // Any value of the channel is near its mean, and squares of small differences round little.
        VectorKernels.Copy(_z.Origin, _center, _c);
    }

    private void MoveCenterToMean()
    {
        for (var c = 0; c < _c; c++)
            _center[c] += (float)(Total(_sums, c) / Pixels);
        new Span<float>(_sums, _parts * _c).Clear();
    }

    private void EndMoments()
    {
        for (var c = 0; c < _c; c++)
        {
            var offset = Total(_sums, c) / Pixels;
            var scale = _gamma[c] / Math.Sqrt(Total(_squares, c) / Pixels - offset * offset + Epsilon);
            (_norm.Scale[c], _norm.Shift[c]) = ((float)scale, (float)(_beta[c] - scale * (_center[c] + offset)));
        }
    }

    private double Total(float* parts, int c)
    {
        var sum = 0.0;
        for (var part = 0; part < _parts; part++)
            sum += parts[part * _c + c];
        return sum;
    }
}
