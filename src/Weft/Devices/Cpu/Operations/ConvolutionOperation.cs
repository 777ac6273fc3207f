using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Who takes over from a convolution within the same pass over an image, while it is in the cache: the norm behind it.</summary>
internal unsafe interface IConvolutionEpilogue
{
    /// <summary>What the epilogue computes; its gradient is read until the convolution's backward pass is over.</summary>
    ValueStorage Output { get; }

    /// <summary>Before the first image of a forward pass.</summary>
    void BeforeOutput(in Pass pass);

    /// <summary>
    /// Training, forward: <paramref name="output"/> (image 0) holds channels of the convolution's output for <paramref name="image"/>, from
    /// <paramref name="channel"/> on.
    /// </summary>
    void ObserveOutput(int image, in FeatureMap output, int channel);

    /// <summary>
    /// Evaluation: as <see cref="ObserveOutput"/>, for rows from <paramref name="firstRow"/> on, an even number of them or to the end; what
    /// <paramref name="output"/> holds is stored nowhere else.
    /// </summary>
    void TakeOutput(int image, in FeatureMap output, int channel, int firstRow);

    /// <summary>
    /// Backward: writes the gradient of <paramref name="output"/>, the convolution's for <paramref name="image"/>, to image 0 of
    /// <paramref name="destination"/>.
    /// </summary>
    void GiveOutputGradient(int image, in FeatureMap output, in FeatureMap destination);

    /// <summary>Backward: writes the gradient of the convolution's bias, a number for each output channel.</summary>
    void SetBiasGradient(float* gradient);
}

/// <summary>
/// A convolution by <see cref="WinogradConvolution"/> where that pays, by <see cref="DepthwiseConvolution"/> where it is one, else by
/// <see cref="DirectConvolution"/>.
/// </summary>
internal sealed unsafe partial class ConvolutionOperation : Operation, IFusable
{
    // Below 16 channels a tile's transforms cost more than its products save; performance figures in bench/results.
    private const int FewestWinogradChannels = 16;

    // Up to so many terms an output is sooner computed again, in the cache, than written to memory and read back: the first layer over one to three channels.
    private const int MostTermsToRecompute = 27;

    // The weight gradient is summed in as many parts, whatever the number of workers.
    private const int BackwardParts = HorizontalFusion.BackwardParts;

    // A partial panel of columns reads past its row's end.
    private const int Slack = 64;

    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly ConvolutionShape _shape;
    private readonly DirectConvolution _direct;
    private readonly WinogradConvolution? _winograd;
    private readonly DepthwiseConvolution? _depthwise;
    private readonly TensorSlot _weight;
    private readonly TensorSlot? _bias;
    private NativeBuffer? _packed;
    private NativeBuffer? _packedFlipped;
    private long _packedVersion;
    private long _turnedVersion;
    private CpuContext _context = null!;

    public ConvolutionOperation(GraphNode node, Conv2d layer, ValueStorage input, ValueStorage output, VectorKernels kernels, CompileOptions options)
        : base(node.Path)
    {
        _input = input;
        _output = output;
        _shape = new ConvolutionShape(
            input.Shape.Channels, layer.OutputChannels, layer.Kernel, layer.Stride, layer.Padding,
            input.Shape.Height, input.Shape.Width, output.Shape.Height, output.Shape.Width)
        {
            Dilation = layer.Dilation, Groups = layer.Groups,
        };
        _direct = new DirectConvolution(_shape, kernels);
        if (!options.Strict && WinogradConvolution.Fits(_shape) && Math.Min(_shape.C, _shape.K) >= FewestWinogradChannels)
            _winograd = new WinogradConvolution(_shape, kernels, options.BatchSize);
        else if (DepthwiseConvolution.Fits(_shape))
            _depthwise = new DepthwiseConvolution(_shape, kernels);
        input.RequireHalo(_shape.HaloBefore, _shape.HaloAfter);
        _weight = new TensorSlot(node.Tensors[0], new TensorLayout.Convolution(_shape.K, _shape.GroupInputs, _shape.Kernel));
        if (layer.Bias)
            _bias = new TensorSlot(node.Tensors[1], new TensorLayout.Same([_shape.K]));
    }

    /// <summary>The norm behind, when it is fused. It then owns the bias too: a constant added before a norm changes nothing behind it.</summary>
    public IConvolutionEpilogue? Epilogue { get; set; }

    public TensorSlot? Bias => _bias;

    /// <summary>Whether the output is stored nowhere: who needs it asks for <see cref="OutputOf"/>. Only with a epilogue, the only one to need it.</summary>
    public bool Recomputes => Epilogue is not null && _winograd is null && _context.Options.Training && IsCheap;

    /// <summary>Whether it has so few terms that <see cref="Recomputes"/> pays.</summary>
    public bool IsCheap => _shape.Terms <= MostTermsToRecompute && (_shape.Groups == 1 || _depthwise is not null);

    public override string Summary
    {
        get
        {
            var way = _winograd is not null ? "Winograd" : _depthwise is not null ? "depthwise" : "direct";
            var groups = _shape.Groups > 1 && _depthwise is null ? $" in {_shape.Groups} groups" : "";
            return $"{way} {_shape.Kernel.Height}x{_shape.Kernel.Width}, {_shape.C}→{_shape.K}{groups} at {_output.Shape.Height}x{_output.Shape.Width}";
        }
    }

    public override long FlopsPerSample => _shape.FlopsPerImage;

    public override long RealFlopsPerSample => _winograd?.RealFlopsPerImage ?? _shape.FlopsPerImage;

    public override IEnumerable<TensorSlot> Tensors => _bias is null ? [_weight] : [_weight, _bias];

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    public override IEnumerable<ValueStorage> GradientsRead => Epilogue is { } epilogue ? [epilogue.Output] : [];

    public override (long PerWorker, long Shared) Scratch
    {
        get
        {
            long image = _shape.OutputPixels * (long)_shape.K + Slack;
            if (_winograd is { } winograd)
            {
                var passing = (long)_shape.OutputPixels * winograd.ForwardBlockChannels * winograd.GroupImages;
                return (Math.Max(winograd.ForwardScratch + passing, winograd.BackwardScratch) + Slack, winograd.IsLocal
                    ? BackwardParts * winograd.ProductGradientLength
                    : winograd.ProductGradientLength + winograd.ChunkInputLength + winograd.ChunkOutputLength);
            }

            var backward = _depthwise?.FramedLength ?? _direct.OutputsLength + Slack + BackwardInputsLength;
            return (Math.Max(backward + image, image * _direct.GroupImages) + Slack, BackwardParts * _shape.WeightCount + BackwardParts * _shape.K);
        }
    }

    public ValueStorage Input => _input;

    public bool CanShareInput => _winograd is null && !_direct.NeedsFrame;

    public int GroupImages => _direct.GroupImages;

    public long SharedOffset { get; set; }

    private float* SharedScratch => _context.SharedScratch + SharedOffset;

    public override void Bind(CpuContext context)
    {
        _context = context;
        _bands = Bands(context.Team.Size);
        if (PackedLength > 0)
            _packed = new NativeBuffer(PackedLength);
        if (FlippedLength(context.Options) is var flipped and > 0)
            _packedFlipped = new NativeBuffer(flipped);
    }

    public override long OwnBytes(CompileOptions options) => (PackedLength + FlippedLength(options)) * sizeof(float);

    // A depthwise convolution reads its weights where they lie.
    private long PackedLength => _depthwise is not null ? 0 : _winograd?.KernelLength ?? _direct.PackedLength;

    private long FlippedLength(CompileOptions options) =>
        options.Training && _input.NeedsGradient && _depthwise is null ? _winograd?.FlippedKernelLength ?? _direct.PackedFlippedLength : 0;

    public override void Dispose()
    {
        _packed?.Dispose();
        _packedFlipped?.Dispose();
    }

    public override void Forward(in Pass pass)
    {
        BeforeForward(pass);
        var work = new ForwardWork(this, pass);
        _context.Team.Run(work.Tasks, ref work);
    }

    public void BeforeForward(in Pass pass)
    {
        PrepareWeights();
        Epilogue?.BeforeOutput(pass);
    }

    public void ForwardImages(in Pass pass, int first, int count, float* scratch) => ForwardDirect(pass, first, count, 0, _shape.OutputHeight, scratch);

    public void BeforeBackward() => PrepareTurnedWeights();

    public void AfterBackward() => SumWeightGradient();

    public override void Backward(in Pass pass)
    {
        BeforeBackward();
        if (_winograd is null)
            BackwardDirect(pass);
        else
            BackwardWinograd(pass);
    }

    private void PrepareWeights()
    {
        if (_packed is null || _packedVersion == _context.WeightsVersion)
            return;
        _packedVersion = _context.WeightsVersion;
        var work = new PackWork(this, flipped: false);
        _context.Team.Run(_winograd?.KernelTasks ?? _direct.ForwardPanels, ref work);
    }

    private void PrepareTurnedWeights()
    {
        if (_packedFlipped is null || _turnedVersion == _context.WeightsVersion)
            return;
        _turnedVersion = _context.WeightsVersion;
        var work = new PackWork(this, flipped: true);
        _context.Team.Run(_winograd?.FlippedKernelTasks ?? _direct.FlippedPanels, ref work);
    }

    /// <summary>
    /// The output for one image, as image 0: where it is stored, or computed again into <paramref name="scratch"/>. The weights are those of the forward pass.
    /// </summary>
    public FeatureMap OutputOf(int image, float* scratch)
    {
        if (!Recomputes)
        {
            var stored = _output.Map;
            stored.Origin = stored.Image(image);
            return stored;
        }

        var output = FeatureMap.Over(scratch, _shape.OutputHeight, _shape.OutputWidth, _shape.K);
        ComputeDirectly(image, 1, output, 0, 0, _shape.OutputHeight);
        return output;
    }

    private void ComputeDirectly(int first, int count, in FeatureMap output, int target, int firstRow, int endRow)
    {
        if (_depthwise is null)
            _direct.Forward(_input.Map, first, count, _packed!.Pointer, output, target, firstRow, endRow);
        for (var i = 0; i < count; i++)
            _depthwise?.Forward(_input.Map, first + i, _weight.Value, output, target + i, firstRow, endRow);
    }

    // What the direct backward pass holds beside the output gradients: their frame, or for a 1x1 kernel the inputs.
    private long BackwardInputsLength => (_direct.NeedsFrame ? _direct.FramedLength : _direct.InputsLength) / Slack * Slack + Slack;

    // The gradient of the output, image by image, wherever it comes from.
    private void LoadOutputGradient(int image, in FeatureMap destination, float* scratch)
    {
        if (Epilogue is { } epilogue)
        {
            epilogue.GiveOutputGradient(image, OutputOf(image, scratch), destination);
            return;
        }

        var gradient = _output.Gradient;
        for (var y = 0; y < gradient.Height; y++)
        {
            for (var x = 0; x < gradient.Width; x++)
                VectorKernels.Copy(gradient.Pixel(image, y, x), destination.Pixel(0, y, x), gradient.Channels);
        }
    }

    private readonly struct PackWork(ConvolutionOperation operation, bool flipped) : IWork
    {
        public void Run(int task, int worker)
        {
            var weight = operation._weight.Value;
            if (operation._winograd is not { } winograd)
            {
                if (flipped)
                    operation._direct.PackFlipped(weight, operation._packedFlipped!.Pointer, task);
                else
                    operation._direct.Pack(weight, operation._packed!.Pointer, task);
            }
            else if (flipped)
            {
                winograd.TransformFlippedKernel(weight, operation._packedFlipped!.Pointer, task, operation._context.WorkerScratch(worker));
            }
            else
            {
                winograd.TransformKernel(weight, operation._packed!.Pointer, task);
            }
        }
    }
}
