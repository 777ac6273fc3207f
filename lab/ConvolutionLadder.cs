using System.Numerics;
using System.Runtime.Intrinsics;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>
/// A 3×3 convolution of stride 1 and padding 1, forward: y[n, y, x, k] = Σ(r, s, c) x[n, y + r − 1, x + s − 1, c] · w[r, s, c, k].
/// </summary>
// N images, H rows, W columns, C input channels, K output channels. Maps are channel last with a halo of zeros, weights are [3, 3, C, K].
internal sealed unsafe class ConvolutionLadder : Ladder
{
    private const int Taps = 9;
    private const int ImagesPerPart = 8;

    // One row and column for the padding, and what whole tiles of 4 × 4 outputs read beyond an image whose size is no multiple of four.
    private const int HaloAfter = 4;

    private readonly int _images;
    private readonly ConvolutionShape _shape;
    private readonly FeatureMap _x;
    private readonly FeatureMap _y;
    private readonly float* _weight;
    private readonly float* _packed;
    private readonly DirectConvolution _direct;
    private readonly float* _directPacked;
    private readonly Winograd _winograd;
    private readonly WinogradConvolution _engineWinograd;
    private readonly float* _engineKernel;
    private readonly float* _engineScratch;
    private readonly Lazy<double[]> _expected;

    public ConvolutionLadder(int[] shape, int threads)
        : base(threads)
    {
        (_images, var height, var width, var c, var k) = (shape[0], shape[1], shape[2], shape[3], shape[4]);
        if (c % WinogradConvolution.ChannelMultiple != 0 || k % RegisterTile.Columns != 0)
            throw new ArgumentException($"The convolution ladder takes input channels in sixteens and output channels in thirty-twos, not {c} and {k}.");
        _shape = new ConvolutionShape(c, k, 3, 1, 1, height, width, height, width);
        _x = FeatureMap.Over(Allocate(_images * FeatureMap.ImageLength(height, width, c, 1, HaloAfter)), height, width, c, 1, HaloAfter);
        _y = FeatureMap.Over(Allocate((long)_images * height * width * k), height, width, k);
        _weight = Allocate(_shape.WeightCount);
        for (int row = 0; row < _images * height; row++)
            Values.Fill(_x.Pixel(row / height, row % height, 0), width * c, 2 + row, 1);
        Values.Fill(_weight, _shape.WeightCount, 1, Math.Sqrt(3.0 / (Taps * c)));

        _packed = Allocate(_shape.WeightCount);
        Pack();
        _direct = new DirectConvolution(_shape, VectorKernels.Best);
        _directPacked = Allocate(_direct.PackedLength);
        for (var panel = 0; panel < _direct.ForwardPanels; panel++)
            _direct.Pack(_weight, _directPacked, panel);
        _winograd = new Winograd(height, width, c, k, _weight, Allocate);
        _engineWinograd = new WinogradConvolution(_shape, VectorKernels.Best, ImagesPerPart);
        _engineKernel = Allocate(_engineWinograd.KernelLength);
        for (var task = 0; task < _engineWinograd.KernelTasks; task++)
            _engineWinograd.TransformKernel(_weight, _engineKernel, task);
        _engineScratch = Allocate(threads * _engineWinograd.ForwardScratch);
        var (planes, group) = (_winograd.ScratchLength(ImagesPerPart), _winograd.ScratchLength(1));
        float* wide = Allocate(threads * planes), narrow = Allocate(threads * group);
        _expected = new(() => [.. Checked.SelectMany(Reference)]);
        Rungs =
        [
            new("pixel by pixel", "The definition in float: one output after the other.", () => ForImages(OutputByOutput)),
            new("outputs inside", "The innermost loop runs along memory, over weights and outputs, not down a column of weights.",
                () => ForImages(OutputsInside)),
            new("vectors", "Several outputs at once; each multiply-add still loads and stores its sum.", () => ForImages(VectorsOfOutputs)),
            new("sums in registers", "32 sums of a pixel stay in registers through all taps; only inputs and weights are loaded.",
                () => ForImages(SumsInRegisters)),
            new("tile of pixels", "Seven pixels share each weight vector that was loaded; weights would else be the bottleneck.",
                () => ForImages((first, end, _) => Tiles(first, end, _weight, k, RegisterTile.Columns))),
            new("packed weights", "A panel's weights lie in the order of their use: a straight run instead of strides that fall on few cache sets.",
                () => ForImages((first, end, _) => Tiles(first, end, _packed, RegisterTile.Columns, Taps * c * RegisterTile.Columns))),
            new("engine, direct",
                "Any width, kernel and stride at this speed: even tiles of up to 14 pixels, all taps summed before the sums leave the registers.", () =>
                ForImages(EngineDirect)),
            new("Winograd F(4x4)", "36 multiplications for 16 outputs instead of 144; but the transforms, as the formula has them, take their time.",
                () => ForImages((first, end, worker) => _winograd.Run(_x, _y, first, end - first, wide + worker * planes, unrolled: false))),
            new("unrolled transforms", "Straight code by even and odd halves: about half the multiplications, no loop around them.",
                () => ForImages((first, end, worker) => _winograd.Run(_x, _y, first, end - first, wide + worker * planes, unrolled: true))),
            new("in the cache", "One image at a time: its transformed tiles are multiplied before they leave the second-level cache.",
                () => ForImages((first, end, worker) => EachImage(first, end, narrow + worker * group))),
            new("engine, Winograd", "Up to 14 tiles at a time, the next weights fetched ahead; tiles at an edge compute only what is inside.",
                () => ForImages(EngineWinograd)),
        ];
    }

    public override string Title => $"convolution 3x3, {_images} images of {_shape.Height}x{_shape.Width}, {_shape.C} to {_shape.K} channels";

    public override string Unit => "GFLOP";

    public override double Work => _images * _shape.FlopsPerImage / 1e9;

    // Winograd's rounding at these points; direct sums in float reach some 3e-7.
    public override double Bound => 2e-6;

    public override IReadOnlyList<Rung> Rungs { get; }

    public override void Reset() => Values.Poison(_y.Origin, _images * _y.ImageStride);

    public override double Error() => Values.RelativeL2(Checked.SelectMany(Result).Zip(_expected.Value, (actual, expected) => (expected, actual)));

    protected override void Close() { }

    private IEnumerable<int> Checked => new[] { 0, _images / 2, _images - 1 }.Distinct();

    private void ForImages(Part part) => ForParts(_images, ImagesPerPart, part);

    private float[] Result(int image) => new Span<float>(_y.Image(image), (int)_y.ImageStride).ToArray();

    /// <summary>The definition.</summary>
    private double[] Reference(int image)
    {
        var sums = new double[_shape.OutputPixels * _shape.K];
        for (var pixel = 0; pixel < _shape.OutputPixels; pixel++)
        {
            for (var tap = 0; tap < Taps; tap++)
            {
                var from = _x.Pixel(image, pixel / _shape.Width + tap / 3 - 1, pixel % _shape.Width + tap % 3 - 1);
                for (var c = 0; c < _shape.C; c++)
                {
                    for (var k = 0; k < _shape.K; k++)
                        sums[pixel * _shape.K + k] += (double)from[c] * _weight[(tap * _shape.C + c) * _shape.K + k];
                }
            }
        }

        return sums;
    }

    // What the direct rungs have in common: they compute one output pixel from the nine pixels around it, which start at `from`.
    private delegate void PixelBody(float* from, float* to);

    private void ForPixels(int first, int end, PixelBody body)
    {
        for (var n = first; n < end; n++)
        {
            for (var y = 0; y < _shape.Height; y++)
            {
                for (var x = 0; x < _shape.Width; x++)
                    body(_x.Pixel(n, y - 1, x - 1), _y.Pixel(n, y, x));
            }
        }
    }

    private void OutputByOutput(int first, int end, int worker) => ForPixels(first, end, (from, to) =>
    {
        for (var k = 0; k < _shape.K; k++)
        {
            var sum = 0f;
            for (var tap = 0; tap < Taps; tap++)
            {
                var input = from + tap / 3 * _x.RowStride + tap % 3 * _x.PixelStride;
                for (var c = 0; c < _shape.C; c++)
                    sum += input[c] * _weight[(tap * _shape.C + c) * _shape.K + k];
            }

            to[k] = sum;
        }
    });

    private void OutputsInside(int first, int end, int worker) => ForPixels(first, end, (from, to) =>
    {
        new Span<float>(to, _shape.K).Clear();
        var weight = _weight;
        for (var tap = 0; tap < Taps; tap++)
        {
            var input = from + tap / 3 * _x.RowStride + tap % 3 * _x.PixelStride;
            for (var c = 0; c < _shape.C; c++, weight += _shape.K)
            {
                for (var k = 0; k < _shape.K; k++)
                    to[k] += input[c] * weight[k];
            }
        }
    });

    private void VectorsOfOutputs(int first, int end, int worker) => ForPixels(first, end, (from, to) =>
    {
        new Span<float>(to, _shape.K).Clear();
        var weight = _weight;
        for (var tap = 0; tap < Taps; tap++)
        {
            var input = from + tap / 3 * _x.RowStride + tap % 3 * _x.PixelStride;
            for (var c = 0; c < _shape.C; c++, weight += _shape.K)
            {
                var factor = new Vector<float>(input[c]);
                for (var k = 0; k < _shape.K; k += Vector<float>.Count)
                    Vector.MultiplyAddEstimate(factor, Vector.Load(weight + k), Vector.Load(to + k)).Store(to + k);
            }
        }
    });

    private void SumsInRegisters(int first, int end, int worker) => ForPixels(first, end, (from, to) =>
    {
        for (var k = 0; k < _shape.K; k += 4 * Vector256<float>.Count)
        {
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var weight = _weight + k;
            for (var tap = 0; tap < Taps; tap++)
            {
                var input = from + tap / 3 * _x.RowStride + tap % 3 * _x.PixelStride;
                for (var c = 0; c < _shape.C; c++, weight += _shape.K)
                {
                    var factor = Vector256.Create(input[c]);
                    s0 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weight), s0);
                    s1 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weight + 8), s1);
                    s2 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weight + 16), s2);
                    s3 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(weight + 24), s3);
                }
            }

            s0.Store(to + k);
            s1.Store(to + k + 8);
            s2.Store(to + k + 16);
            s3.Store(to + k + 24);
        }
    });

    // A row of outputs is a block of matrix rows; the three pixels under a kernel row lie side by side, so they are one run of 3 · C terms.
    private void Tiles(int first, int end, float* weights, nint weightRow, nint panelLength)
    {
        for (var n = first; n < end; n++)
        {
            for (var k = 0; k < _shape.K; k += RegisterTile.Columns)
            {
                var panel = weights + k / RegisterTile.Columns * panelLength;
                for (var y = 0; y < _shape.Height; y++)
                {
                    for (var r = 0; r < 3; r++)
                    {
                        RegisterTile.Multiply(
                            _shape.Width, _x.Pixel(n, y + r - 1, -1), _x.PixelStride, 3 * _shape.C, panel + r * 3 * _shape.C * weightRow, weightRow,
                            _y.Pixel(n, y, 0) + k, _y.PixelStride, accumulate: r > 0);
                    }
                }
            }
        }
    }

    // [3, 3, C, K] → [K / 32][3, 3, C][32].
    private void Pack()
    {
        for (var k = 0; k < _shape.K; k++)
        {
            for (var term = 0; term < Taps * _shape.C; term++)
                _packed[(k / RegisterTile.Columns * Taps * _shape.C + term) * RegisterTile.Columns + k % RegisterTile.Columns] = _weight[term * _shape.K + k];
        }
    }

    private void EngineDirect(int first, int end, int worker) => _direct.Forward(_x, first, end - first, _directPacked, _y, first, 0, _shape.Height);

    private void EachImage(int first, int end, float* scratch)
    {
        for (var image = first; image < end; image++)
            _winograd.Run(_x, _y, image, 1, scratch, unrolled: true);
    }

    private void EngineWinograd(int first, int end, int worker)
    {
        var scratch = _engineScratch + worker * _engineWinograd.ForwardScratch;
        for (var group = first; group < end; group += _engineWinograd.GroupImages)
        {
            var count = Math.Min(_engineWinograd.GroupImages, end - group);
            _engineWinograd.ForwardInput(_x, group, count, scratch);
            for (var k = 0; k < _shape.K; k += _engineWinograd.ForwardBlockChannels)
                _engineWinograd.ForwardBlock(count, _engineKernel, k, _y.Slice(k, Math.Min(_engineWinograd.ForwardBlockChannels, _shape.K - k)), group,
                    scratch);
        }
    }
}
