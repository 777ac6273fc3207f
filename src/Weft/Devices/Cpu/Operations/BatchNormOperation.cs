using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// Batch norm with the ReLU and the 2×2 maximum pooling behind it, if they are there, in one pass over memory. Behind a convolution it works image by
/// image inside the convolution's own pass.
/// </summary>
/// <remarks>
/// With m = N·H·W values a channel, g the output gradient where the ReLU was open (at the maxima, with pooling) and x̂ the normalized input:
/// dbias = Σg, dweight = Σ g·x̂, dz = weight/√(σ²+ε) · (g − dbias/m − x̂ · dweight/m), which is P·g + Q·z + R with coefficients a channel. Where the
/// statistics are frozen they depend on no z: dz = weight/√(σ²+ε) · g.
/// Sums run within an image in 32 bits around the running mean, and over the images in 64 bits in order.
/// </remarks>
internal sealed unsafe class BatchNormOperation : Operation, IConvolutionEpilogue
{
    private const int Coefficients = 7; // scale, shift, pivot, P, Q, R, and the mean of this batch

    private readonly BatchNorm2d _layer;
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly ConvolutionOperation? _convolution;
    private readonly bool _relu;
    private readonly bool _pool;
    private readonly int _channels;
    private readonly TensorSlot _weight;
    private readonly TensorSlot _shift;
    private readonly TensorSlot _runningMean;
    private readonly TensorSlot _runningVariance;
    private NativeBuffer? _coefficients;
    private NativeBuffer? _sums;
    private NormCoefficients _norm;
    private float* _batchMean;
    private double[] _inverseDeviation = [];
    private long _evaluationVersion;
    private CpuContext _context = null!;

    /// <param name="convolution">The convolution in front, if it is fused with this norm.</param>
    public BatchNormOperation(
        GraphNode node, BatchNorm2d layer, ValueStorage input, ValueStorage output, ConvolutionOperation? convolution, bool relu, bool pool)
        : base(node.Path)
    {
        _layer = layer;
        _input = input;
        _output = output;
        _convolution = convolution;
        _relu = relu;
        _pool = pool;
        _channels = input.Shape.Channels;
        var layout = new TensorLayout.Same([_channels]);
        _weight = new TensorSlot(node.Tensors[0], layout);
        _shift = new TensorSlot(node.Tensors[1], layout);
        _runningMean = new TensorSlot(node.Tensors[2], layout);
        _runningVariance = new TensorSlot(node.Tensors[3], layout);
        if (convolution is not null)
        {
            convolution.Epilogue = this;
            input.NeedsGradient = false; // it goes straight into the convolution's pass
        }
    }

    public override string Summary => $"batch norm{(_relu ? " + ReLU" : "")}{(_pool ? " + max-pool" : "")}, {_input.Shape}";

    public override IEnumerable<TensorSlot> Tensors => [_weight, _shift, _runningMean, _runningVariance];

    public override IEnumerable<ValueStorage> Differentiated => _convolution is null ? [_input] : [];

    public override (long PerWorker, long Shared) Scratch => (_input.Shape.Length, 0);

    private float* ConvolutionBias => _convolution?.Bias is { } bias ? bias.Value : null;

    public override void Bind(CpuContext context)
    {
        _context = context;
        _coefficients = new NativeBuffer(CoefficientsLength);
        _sums = new NativeBuffer(SumsLength(context.Options));
        var c = _coefficients.Pointer;
        _norm = new NormCoefficients
        {
            ReLU = _relu,
            Scale = c,
            Shift = c + _channels,
            Pivot = c + 2 * _channels,
            P = c + 3 * _channels,
            Q = c + 4 * _channels,
            R = c + 5 * _channels,
        };
        _batchMean = c + 6 * _channels;
        _inverseDeviation = new double[_channels];
    }

    public override long OwnBytes(CompileOptions options) => (CoefficientsLength + SumsLength(options)) * sizeof(float);

    private long CoefficientsLength => Coefficients * (long)_channels;

    private long SumsLength(CompileOptions options) => 2L * options.BatchSize * _channels;

    public override void Dispose()
    {
        _coefficients?.Dispose();
        _sums?.Dispose();
    }

    public override void Forward(in Pass pass)
    {
        if (UsesRunningStatistics(pass))
        {
            UseRunningStatistics();
            if (_convolution is null)
                Apply(pass);
            return;
        }

        if (_convolution is null)
        {
            PreparePivot();
            var moments = new MomentsWork(this);
            _context.Team.Run(pass.Count, ref moments);
        }

        FinishMoments(pass.Count);
        Apply(pass);
    }

    public override void Backward(in Pass pass)
    {
        var moments = new GradientMomentsWork(this);
        _context.Team.Run(pass.Count, ref moments);
        FinishGradientMoments(pass.Count);
        if (_convolution is not null || !_input.NeedsGradient)
            return;
        var apply = new GradientWork(this, _input.Accumulates(this));
        _context.Team.Run(pass.Count, ref apply);
    }

    public void BeforeOutput(in Pass pass)
    {
        if (UsesRunningStatistics(pass))
            UseRunningStatistics();
        else
            PreparePivot();
    }

    public void ObserveOutput(int image, in FeatureMap output, int channel)
    {
        if (IsFrozen)
            Apply(output, image, channel, 0);
        else
            AddMoments(output, image, channel);
    }

    public void TakeOutput(int image, in FeatureMap output, int channel, int firstRow) => Apply(output, image, channel, firstRow);

    public void GiveOutputGradient(int image, in FeatureMap output, in FeatureMap destination) => ApplyGradient(output, image, destination, 0);

    public void SetBiasGradient(float* gradient)
    {
        // What the batch's mean takes away again has no gradient.
        for (var c = 0; c < _channels; c++)
            gradient[c] = IsFrozen ? _norm.P[c] * _shift.Gradient[c] : 0;
    }

    private bool IsFrozen => _context.Options.FrozenNormStatistics;

    private bool UsesRunningStatistics(in Pass pass) => IsFrozen || !pass.IsTraining;

    // One image of the norm's input, as image 0.
    private FeatureMap InputOf(int image, int worker)
    {
        if (_convolution is not null)
            return _convolution.OutputOf(image, _context.WorkerScratch(worker));
        var input = _input.Map;
        input.Origin = input.Image(image);
        return input;
    }

    // The running mean (without the bias that the convolution left out) is near the batch's mean: sums around it lose no digits.
    private void PreparePivot()
    {
        var bias = ConvolutionBias;
        for (var c = 0; c < _channels; c++)
            _norm.Pivot[c] = _runningMean.Value[c] - (bias == null ? 0 : bias[c]);
    }

    private void UseRunningStatistics()
    {
        if (_evaluationVersion == _context.WeightsVersion)
            return;
        _evaluationVersion = _context.WeightsVersion;
        var bias = ConvolutionBias;
        for (var c = 0; c < _channels; c++)
        {
            _inverseDeviation[c] = 1 / Math.Sqrt(_runningVariance.Value[c] + _layer.Epsilon);
            var scale = _weight.Value[c] / Math.Sqrt(_runningVariance.Value[c] + _layer.Epsilon);
            var mean = (double)_runningMean.Value[c] - (bias == null ? 0 : bias[c]);
            _batchMean[c] = (float)mean;
            _norm.Scale[c] = (float)scale;
            _norm.Shift[c] = (float)(_shift.Value[c] - mean * scale);
        }
    }

    private void FinishMoments(int images)
    {
        _evaluationVersion = 0; // scale and shift are this batch's from here on
        double count = (double)images * _input.Shape.Pixels;
        var bias = ConvolutionBias;
        for (var c = 0; c < _channels; c++)
        {
            var (sum, squares) = Totals(c, images);
            var offset = sum / count;
            var variance = Math.Max(squares / count - offset * offset, 0);
            var mean = _norm.Pivot[c] + offset;
            _inverseDeviation[c] = 1 / Math.Sqrt(variance + _layer.Epsilon);
            var scale = _weight.Value[c] * _inverseDeviation[c];
            _norm.Scale[c] = (float)scale;
            _norm.Shift[c] = (float)(_shift.Value[c] - mean * scale);
            _batchMean[c] = (float)mean;
            var unbiased = count > 1 ? variance * count / (count - 1) : variance;
            var momentum = _layer.Momentum;
            _runningMean.Value[c] = (float)((1 - momentum) * _runningMean.Value[c] + momentum * (mean + (bias == null ? 0 : bias[c])));
            _runningVariance.Value[c] = (float)((1 - momentum) * _runningVariance.Value[c] + momentum * unbiased);
        }
    }

    private void FinishGradientMoments(int images)
    {
        double count = (double)images * _input.Shape.Pixels;
        for (var c = 0; c < _channels; c++)
        {
            var (sum, products) = Totals(c, images);
            double deviation = _inverseDeviation[c];
            var scaled = products * deviation; // Σ g · x̂
            _shift.Gradient[c] = (float)sum;
            _weight.Gradient[c] = (float)scaled;
            var p = _weight.Value[c] * deviation;
            var q = IsFrozen ? 0 : -p * scaled / count * deviation;
            _norm.P[c] = (float)p;
            _norm.Q[c] = (float)q;
            _norm.R[c] = IsFrozen ? 0 : (float)(-p * sum / count - q * _batchMean[c]);
        }
    }

    private (double First, double Second) Totals(int channel, int images)
    {
        double first = 0, second = 0;
        for (var image = 0; image < images; image++)
        {
            first += _sums!.Pointer[2L * image * _channels + channel];
            second += _sums.Pointer[(2L * image + 1) * _channels + channel];
        }

        return (first, second);
    }

    // The image's two rows of sums, from a channel on.
    private float* ClearSums(int image, int channel, int channels)
    {
        var sums = _sums!.Pointer + 2L * image * _channels + channel;
        new Span<float>(sums, channels).Clear();
        new Span<float>(sums + _channels, channels).Clear();
        return sums;
    }

    private void AddMoments(in FeatureMap map, int image, int channel)
    {
        var sums = ClearSums(image, channel, map.Channels);
        for (var y = 0; y < map.Height; y++)
            _context.Kernels.AddMoments(map.Pixel(0, y, 0), map.PixelStride, map.Width, map.Channels, _norm.Pivot + channel, sums, sums + _channels);
    }

    private void Apply(in Pass pass)
    {
        var work = new ApplyWork(this);
        _context.Team.Run(pass.Count, ref work);
    }

    private void Apply(in FeatureMap input, int image, int channel, int firstRow)
    {
        var output = _output.Map.Slice(channel, input.Channels).Rows(_pool ? firstRow / 2 : firstRow, _pool ? input.Height / 2 : input.Height);
        var norm = _norm;
        norm.Scale += channel;
        norm.Shift += channel;
        var kernels = _context.Kernels;
        for (var y = 0; y < output.Height; y++)
        {
            var to = output.Pixel(image, y, 0);
            if (_pool)
                kernels.ApplyNormPool(input.Pixel(0, 2 * y, 0), input.PixelStride, input.RowStride, to, output.PixelStride, output.Width, input.Channels, norm);
            else
                kernels.ApplyNorm(input.Pixel(0, y, 0), input.PixelStride, to, output.PixelStride, output.Width, input.Channels, norm);
        }
    }

    private void AddGradientMoments(in FeatureMap z, int image)
    {
        // The sum of products is around the batch's mean: that is x̂ but for a factor.
        var sums = ClearSums(image, 0, _channels);
        var dy = _output.Gradient;
        var norm = _norm;
        norm.Pivot = _batchMean;
        var kernels = _context.Kernels;
        for (var y = 0; y < dy.Height; y++)
        {
            var from = dy.Pixel(image, y, 0);
            if (_pool)
                kernels.AddNormPoolGradientMoments(
                    z.Pixel(0, 2 * y, 0), z.PixelStride, z.RowStride, from, dy.PixelStride, dy.Width, _channels, norm, sums, sums + _channels);
            else
                kernels.AddNormGradientMoments(z.Pixel(0, y, 0), z.PixelStride, from, dy.PixelStride, dy.Width, _channels, norm, sums, sums + _channels);
        }
    }

    private void ApplyGradient(in FeatureMap z, int image, in FeatureMap dz, int dzImage)
    {
        var dy = _output.Gradient;
        var kernels = _context.Kernels;
        for (var y = 0; y < dy.Height; y++)
        {
            var from = dy.Pixel(image, y, 0);
            if (_pool)
            {
                kernels.ApplyNormPoolGradient(
                    z.Pixel(0, 2 * y, 0), z.PixelStride, z.RowStride, from, dy.PixelStride,
                    dz.Pixel(dzImage, 2 * y, 0), dz.PixelStride, dz.RowStride, dy.Width, _channels, _norm);
            }
            else
            {
                kernels.ApplyNormGradient(
                    z.Pixel(0, y, 0), z.PixelStride, from, dy.PixelStride, dz.Pixel(dzImage, y, 0), dz.PixelStride, dy.Width, _channels, _norm);
            }
        }
    }

    private readonly struct MomentsWork(BatchNormOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.AddMoments(operation.InputOf(task, worker), task, 0);
    }

    private readonly struct ApplyWork(BatchNormOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.Apply(operation.InputOf(task, worker), task, 0, 0);
    }

    private readonly struct GradientMomentsWork(BatchNormOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.AddGradientMoments(operation.InputOf(task, worker), task);
    }

    private readonly struct GradientWork(BatchNormOperation operation, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            var target = operation._input.Gradient;
            if (!accumulate)
            {
                operation.ApplyGradient(operation.InputOf(task, worker), task, target, task);
                return;
            }

            var scratch = FeatureMap.Over(operation._context.WorkerScratch(worker), target.Height, target.Width, target.Channels);
            operation.ApplyGradient(operation.InputOf(task, worker), task, scratch, 0);
            for (var y = 0; y < target.Height; y++)
            {
                for (var x = 0; x < target.Width; x++)
                    operation._context.Kernels.Add(scratch.Pixel(0, y, x), target.Pixel(task, y, x), target.Channels);
            }
        }
    }
}
