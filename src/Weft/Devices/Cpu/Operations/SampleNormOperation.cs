using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Group, layer and instance norm, with the ReLU behind it if there is one; each sample by itself.</summary>
/// <remarks>
/// With m values in a group, g the output gradient where the ReLU was open, μ and s = 1/√(σ² + ε) the group's, x̂ = (z − μ)·s, w the channel's weight,
/// a = Σ w·g and b = Σ w·g·x̂ over the group: dz = s · (w·g − a/m − x̂·b/m), which is P·g + Q·z + R with coefficients a channel; dbias = Σg and
/// dweight = Σ g·x̂ over all samples. Sums run within an image in 32 bits around the group's mean, and beyond it in 64 bits in order.
/// </remarks>
internal sealed unsafe class SampleNormOperation : Operation
{
    private const int ScratchArrays = 8;

    private readonly SampleNorm _layer;
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _relu;
    private readonly int _channels;
    private readonly int _groups;
    private readonly TensorSlot? _weight;
    private readonly TensorSlot? _shift;
    private double[] _means = [];
    private double[] _inverseDeviations = [];
    private NativeBuffer? _gradientSums;
    private CpuContext _context = null!;

    public SampleNormOperation(GraphNode node, SampleNorm layer, ValueStorage input, ValueStorage output, bool relu)
        : base(node.Path)
    {
        _layer = layer;
        _input = input;
        _output = output;
        _relu = relu;
        _channels = input.Shape.Channels;
        _groups = layer.GroupsOf(_channels);
        if (layer.HasWeights)
        {
            var layout = new TensorLayout.Same([_channels]);
            _weight = new TensorSlot(node.Tensors[0], layout);
            _shift = new TensorSlot(node.Tensors[1], layout);
        }
    }

    public override string Summary => $"{_layer.Title}{(_relu ? " + ReLU" : "")}, {_input.Shape}";

    public override IEnumerable<TensorSlot> Tensors => _weight is null || _shift is null ? [] : [_weight, _shift];

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    // Where the gradient is added to another one, it is computed in scratch first.
    public override (long PerWorker, long Shared) Scratch => (ScratchArrays * (long)_channels + _input.Shape.Length, 0);

    public override long OwnBytes(CompileOptions options) =>
        (options.Training ? GradientSumsLength(options) : 0) * sizeof(float) + 2L * options.BatchSize * _groups * sizeof(double);

    private long GradientSumsLength(CompileOptions options) => 2L * options.BatchSize * _channels;

    private int ChannelsOfGroup => _channels / _groups;

    private double ValuesOfGroup => (double)ChannelsOfGroup * _input.Shape.Pixels;

    public override void Bind(CpuContext context)
    {
        _context = context;
        _means = new double[context.BatchSize * _groups];
        _inverseDeviations = new double[context.BatchSize * _groups];
        if (context.Options.Training)
            _gradientSums = new NativeBuffer(GradientSumsLength(context.Options));
    }

    public override void Dispose() => _gradientSums?.Dispose();

    public override void Forward(in Pass pass)
    {
        var work = new ForwardWork(this);
        _context.Team.Run(pass.Count, ref work);
    }

    public override void Backward(in Pass pass)
    {
        var work = new BackwardWork(this);
        _context.Team.Run(pass.Count, ref work);
        if (_weight is null || _shift is null)
            return;
        for (var c = 0; c < _channels; c++)
        {
            double sum = 0, products = 0;
            for (var image = 0; image < pass.Count; image++)
            {
                sum += _gradientSums!.Pointer[2L * image * _channels + c];
                products += _gradientSums.Pointer[(2L * image + 1) * _channels + c];
            }

            _shift.Gradient[c] = (float)sum;
            _weight.Gradient[c] = (float)products;
        }
    }

    private double Weight(int channel) => _weight is null ? 1 : _weight.Value[channel];

    private double Shift(int channel) => _shift is null ? 0 : _shift.Value[channel];

    private void Normalize(int image, int worker)
    {
        // Twice through the image, which is in the cache: moments around the mean lose no digits, however far from 0 it is.
        var norm = Coefficients(worker, out var sum, out var squares);
        new Span<float>(norm.Pivot, _channels).Clear();
        AddMoments(image, norm.Pivot, sum, squares);
        for (var c = 0; c < _channels; c++)
            norm.Pivot[c] = (float)(GroupSum(sum, c / ChannelsOfGroup) / ValuesOfGroup);
        AddMoments(image, norm.Pivot, sum, squares);
        for (var group = 0; group < _groups; group++)
        {
            var offset = GroupSum(sum, group) / ValuesOfGroup;
            var variance = Math.Max(GroupSum(squares, group) / ValuesOfGroup - offset * offset, 0);
            _means[image * _groups + group] = norm.Pivot[group * ChannelsOfGroup] + offset;
            _inverseDeviations[image * _groups + group] = 1 / Math.Sqrt(variance + _layer.Epsilon);
        }

        PrepareOutput(image, norm);
        FeatureMap z = _input.Map, y = _output.Map;
        for (var row = 0; row < z.Height; row++)
            _context.Kernels.ApplyNorm(z.Pixel(image, row, 0), z.PixelStride, y.Pixel(image, row, 0), y.PixelStride, z.Width, _channels, norm);
    }

    private void Differentiate(int image, int worker)
    {
        var norm = Coefficients(worker, out _, out _);
        PrepareOutput(image, norm);
        float* sum = _gradientSums!.Pointer + 2L * image * _channels, products = sum + _channels;
        new Span<float>(sum, 2 * _channels).Clear();
        FeatureMap z = _input.Map, dy = _output.Gradient;
        for (var row = 0; row < z.Height; row++)
            _context.Kernels.AddNormGradientMoments(
                z.Pixel(image, row, 0), z.PixelStride, dy.Pixel(image, row, 0), dy.PixelStride, z.Width, _channels, norm, sum, products);
        for (var group = 0; group < _groups; group++)
            PrepareGradient(image, group, norm, sum, products);
        if (!_input.NeedsGradient)
            return;
        var accumulate = _input.Accumulates(this);
        var dz = accumulate
            ? FeatureMap.Over(_context.WorkerScratch(worker) + ScratchArrays * _channels, z.Height, z.Width, _channels)
            : _input.Gradient;
        for (var row = 0; row < z.Height; row++)
        {
            _context.Kernels.ApplyNormGradient(
                z.Pixel(image, row, 0), z.PixelStride, dy.Pixel(image, row, 0), dy.PixelStride,
                    dz.Pixel(accumulate ? 0 : image, row, 0), dz.PixelStride, z.Width, _channels, norm);
            for (var x = 0; x < z.Width && accumulate; x++)
                _context.Kernels.Add(dz.Pixel(0, row, x), _input.Gradient.Pixel(image, row, x), _channels);
        }
    }

    private NormCoefficients Coefficients(int worker, out float* sum, out float* squares)
    {
        var memory = _context.WorkerScratch(worker);
        sum = memory + 6 * _channels;
        squares = memory + 7 * _channels;
        return new NormCoefficients
        {
            ReLU = _relu,
            Scale = memory,
            Shift = memory + _channels,
            Pivot = memory + 2 * _channels,
            P = memory + 3 * _channels,
            Q = memory + 4 * _channels,
            R = memory + 5 * _channels,
        };
    }

    private void AddMoments(int image, float* pivot, float* sum, float* squares)
    {
        new Span<float>(sum, _channels).Clear();
        new Span<float>(squares, _channels).Clear();
        var z = _input.Map;
        for (var row = 0; row < z.Height; row++)
            _context.Kernels.AddMoments(z.Pixel(image, row, 0), z.PixelStride, z.Width, _channels, pivot, sum, squares);
    }

    private double GroupSum(float* channels, int group)
    {
        double sum = 0;
        for (var c = group * ChannelsOfGroup; c < (group + 1) * ChannelsOfGroup; c++)
            sum += channels[c];
        return sum;
    }

    // From what the forward pass found for this image; both passes get the same bits.
    private void PrepareOutput(int image, in NormCoefficients norm)
    {
        for (var c = 0; c < _channels; c++)
        {
            var at = image * _groups + c / ChannelsOfGroup;
            var scale = Weight(c) * _inverseDeviations[at];
            norm.Scale[c] = (float)scale;
            norm.Shift[c] = (float)(Shift(c) - _means[at] * scale);
            norm.Pivot[c] = (float)_means[at];
        }
    }

    private void PrepareGradient(int image, int group, in NormCoefficients norm, float* sum, float* products)
    {
        double mean = _means[image * _groups + group], inverse = _inverseDeviations[image * _groups + group];
        double a = 0, b = 0;
        for (var c = group * ChannelsOfGroup; c < (group + 1) * ChannelsOfGroup; c++)
        {
            var normalized = (products[c] - (mean - norm.Pivot[c]) * sum[c]) * inverse; // Σ g · x̂
            products[c] = (float)normalized;
            a += Weight(c) * sum[c];
            b += Weight(c) * normalized;
        }

        var q = -inverse * inverse * b / ValuesOfGroup;
        for (var c = group * ChannelsOfGroup; c < (group + 1) * ChannelsOfGroup; c++)
        {
            norm.P[c] = (float)(Weight(c) * inverse);
            norm.Q[c] = (float)q;
            norm.R[c] = (float)(-inverse * a / ValuesOfGroup - q * mean);
        }
    }

    private readonly struct ForwardWork(SampleNormOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.Normalize(task, worker);
    }

    private readonly struct BackwardWork(SampleNormOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.Differentiate(task, worker);
    }
}
