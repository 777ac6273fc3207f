using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Turns the nodes of a graph into CPU operations, fused where one pass over memory can do the work of several.</summary>
internal sealed class CpuLowering
{
    private readonly NetworkGraph _graph;
    private readonly VectorKernels _kernels;
    private readonly CompileOptions _options;
    private readonly Dictionary<GraphValue, ValueStorage> _storage = [];
    private readonly Dictionary<GraphValue, ValueStorage> _reordered = [];
    private readonly HashSet<GraphValue> _differentiable = [];
    private readonly HashSet<GraphNode> _done = [];
    private readonly List<Operation> _operations = [];
    private int _dropouts;

    private CpuLowering(NetworkGraph graph, VectorKernels kernels, CompileOptions options)
    {
        _graph = graph;
        _kernels = kernels;
        _options = options;
        Input = Store(graph.Input, "input");
        Input.NeedsGradient = options.InputGradient;
        if (options.InputGradient)
            _differentiable.Add(graph.Input);
        foreach (var node in graph.Nodes)
        {
            if (_done.Add(node))
                Lower(node);
        }

        Groups = HorizontalFusion.Gather(_operations);
        foreach (var group in Groups)
            group.RegisterGradients();
    }

    public ValueStorage Input { get; }

    public ValueStorage Output => _storage[_graph.Output];

    /// <summary>In the graph's order.</summary>
    public IReadOnlyList<Operation> Operations => _operations;

    /// <summary>What a pass runs one after the other: the operations, some of them together.</summary>
    public IReadOnlyList<Operation> Groups { get; }

    public static CpuLowering Run(NetworkGraph graph, VectorKernels kernels, CompileOptions options) => new(graph, kernels, options);

    private void Lower(GraphNode node)
    {
        switch (node.Layer)
        {
            case Conv2d layer:
                LowerConvolution(node, layer);
                break;
            case BatchNorm2d layer:
                LowerNorm(node, layer, Ordered(node.Input, node), null);
                break;
            case SampleNorm layer:
                LowerSampleNorm(node, layer);
                break;
            case Activation layer:
                var mayActivate = MayChangeInPlace(node);
                Emit(node, output => new ActivationOperation(node.Path, FunctionOf(layer), _storage[node.Input], output, mayActivate, _options.Training),
                    keepsOrder: true);
                break;
            case ReLU:
                var mayReLU = MayChangeInPlace(node);
                Emit(node, output => new ReluOperation(node.Path, _storage[node.Input], output, mayReLU), keepsOrder: true);
                break;
            case Dropout layer:
                var mayDrop = MayChangeInPlace(node);
                Emit(node, output => new DropoutOperation(node.Path, layer, _storage[node.Input], output, mayDrop, _options.Seed, _dropouts++),
                    keepsOrder: true);
                break;
            case SpatialDropout layer:
                var mayDropChannels = MayChangeInPlace(node);
                Emit(node, output => new SpatialDropoutOperation(node.Path, layer, _storage[node.Input], output, mayDropChannels, _options.Seed, _dropouts++),
                    keepsOrder: true);
                break;
            case MaxPool2d pool:
                Emit(node, output => new PoolingOperation(
                    node.Path, Ordered(node.Input, node), output, new PoolingShape(true, pool.Kernel, pool.Stride, pool.Padding)));
                break;
            case AveragePool2d pool:
                Emit(node, output => new PoolingOperation(
                    node.Path, Ordered(node.Input, node), output, new PoolingShape(false, pool.Kernel, pool.Stride, pool.Padding, pool.CountIncludePad)));
                break;
            case GlobalAveragePool or GlobalMaxPool:
                var size = node.Input.Shape;
                Emit(node, output => new PoolingOperation(
                    node.Path, Ordered(node.Input, node), output, new PoolingShape(node.Layer is GlobalMaxPool, (size.Height, size.Width), 1, 0)));
                break;
            case Linear layer:
                Emit(node, output => new LinearOperation(node, layer, _storage[node.Input], output, _kernels, _options.BatchSize));
                break;
            case Flatten:
                LowerFlatten(node);
                break;
            case Concat:
                LowerConcat(node);
                break;
            case Residual:
                Emit(node, output => new AddOperation(node.Path, [.. node.Inputs.Select(input => Ordered(input, node))], output));
                break;
            case ChannelGate:
                Emit(node, output => new GateOperation(node.Path, Ordered(node.Inputs[0], node), Ordered(node.Inputs[1], node), output));
                break;
            case CustomLayer layer:
                Emit(node, output => new CustomOperation(node, layer, Ordered(node.Input, node), output));
                break;
            default:
                throw new NetworkException(node.Layer, node.Path, "a device that has an operation for it", "the CPU");
        }
    }

    internal static ActivationFunction FunctionOf(Activation layer) => layer switch
    {
        LeakyReLU leaky => new(ActivationKind.LeakyReLU, (float)leaky.Slope),
        ELU elu => new(ActivationKind.ELU, (float)elu.Alpha),
        GELU => new(ActivationKind.GELU, 0),
        SiLU => new(ActivationKind.SiLU, 0),
        Mish => new(ActivationKind.Mish, 0),
        ReLU6 => new(ActivationKind.ReLU6, 0),
        Sigmoid => new(ActivationKind.Sigmoid, 0),
        HardSigmoid => new(ActivationKind.HardSigmoid, 0),
        HardSwish => new(ActivationKind.HardSwish, 0),
        _ => throw new NetworkException($"The activation {layer.GetType().Name}", "a device that has a function for it", "the CPU"),
    };

    // Conv + BatchNorm (+ ReLU (+ 2×2 max-pool)): the norm works on each image while the convolution has it in the cache.
    private void LowerConvolution(GraphNode node, Conv2d layer)
    {
        ConvolutionOperation? convolution = null;
        Emit(node, output => convolution = new ConvolutionOperation(node, layer, Ordered(node.Input, node), output, _kernels, _options));
        if (Next(node) is { Layer: BatchNorm2d norm } next)
        {
            _done.Add(next);
            LowerNorm(next, norm, _storage[node.Output], convolution);
        }
    }

    private void LowerNorm(GraphNode node, BatchNorm2d layer, ValueStorage input, ConvolutionOperation? convolution)
    {
        var last = node;
        bool relu = false, pool = false;
        if (Next(last) is { Layer: ReLU } activation)
        {
            _done.Add(activation);
            last = activation;
            relu = true;
        }

        if (Next(last) is { Layer: MaxPool2d window } pooling && window.Kernel == 2 && window.Stride == 2 && window.Padding == 0
            && node.Output.Shape is { Height: var height, Width: var width } && height % 2 == 0 && width % 2 == 0)
        {
            _done.Add(pooling);
            last = pooling;
            pool = true;
        }

        var fused = node with { Output = last.Output };
        if (convolution is not null)
            input.IsTransient = !_options.Training || convolution.IsCheap;
        Emit(fused, output => new BatchNormOperation(node, layer, input, output, convolution, relu, pool));
    }

    // The ReLU behind it costs nothing in the same pass.
    private void LowerSampleNorm(GraphNode node, SampleNorm layer)
    {
        var relu = Next(node) is { Layer: ReLU } next ? next : null;
        if (relu is not null)
            _done.Add(relu);
        var fused = node with { Output = (relu ?? node).Output };
        Emit(fused, output => new SampleNormOperation(node, layer, Ordered(node.Input, node), output, relu is not null));
    }

    private void LowerFlatten(GraphNode node)
    {
        var input = _storage[node.Input];
        var output = Store(node.Output, node.Path);
        output.FeatureOrder = input.FeatureOrder;
        if (Differentiable(node))
            _differentiable.Add(node.Output);
        output.NeedsGradient = input.NeedsGradient;
        if (node.Input.Consumers.Count == 1 && !input.IsPlaced && node.Input != _graph.Input)
        {
            output.PlaceIn(input);
            return;
        }

        // The input has other readers, which may ask for a halo: flatten a dense copy.
        var copy = new ValueStorage(node.Input.Shape, node.Path) { NeedsGradient = input.NeedsGradient };
        Add(new AddOperation(node.Path, [input], copy), copy, _differentiable.Contains(node.Output));
        output.PlaceIn(copy);
    }

    private void LowerConcat(GraphNode node)
    {
        var output = Store(node.Output, node.Path);
        if (Differentiable(node))
            _differentiable.Add(node.Output);
        output.NeedsGradient = _differentiable.Contains(node.Output);
        var channel = 0;
        foreach (var input in node.Inputs)
        {
            var branch = Ordered(input, node);
            var mayMove = input.Consumers.Count == 1 && !branch.IsPlaced && input != _graph.Input && branch.Shape == input.Shape;
            if (mayMove)
            {
                branch.PlaceIn(output, channel);
            }
            else
            {
                var copy = new ValueStorage(input.Shape, node.Path) { NeedsGradient = output.NeedsGradient };
                copy.PlaceIn(output, channel);
                Add(new AddOperation(node.Path, [branch], copy), copy, output.NeedsGradient);
            }

            channel += input.Shape.Channels;
        }
    }

    /// <param name="keepsOrder">Whether features lie in the output as they do in the input.</param>
    private void Emit(GraphNode node, Func<ValueStorage, Operation> create, bool keepsOrder = false)
    {
        var output = Store(node.Output, node.Path);
        var differentiable = Differentiable(node);
        if (differentiable)
            _differentiable.Add(node.Output);
        output.NeedsGradient = differentiable;
        Add(create(output), output, differentiable);
        if (keepsOrder)
            output.FeatureOrder = _storage[node.Input].FeatureOrder;
    }

    /// <summary>A value in PyTorch's order, for a layer to which it matters which feature is which.</summary>
    private ValueStorage Ordered(GraphValue value, GraphNode reader)
    {
        var storage = _storage[value];
        if (storage.IsInPyTorchOrder)
            return storage;
        if (!_reordered.TryGetValue(value, out var copy))
        {
            _reordered[value] = copy = new ValueStorage(value.Shape, reader.Path) { NeedsGradient = storage.NeedsGradient };
            Add(new ReorderOperation(reader.Path, storage, copy), copy, _differentiable.Contains(value));
        }

        return copy;
    }

    private void Add(Operation operation, ValueStorage output, bool needsBackward)
    {
        operation.Output = output;
        operation.NeedsBackward = needsBackward && _options.Training;
        _operations.Add(operation);
    }

    private bool Differentiable(GraphNode node) => node.Tensors.Any(tensor => tensor.IsTrainable) || node.Inputs.Any(_differentiable.Contains);

    private ValueStorage Store(GraphValue value, string producer) => _storage[value] = new ValueStorage(value.Shape, producer);

    /// <summary>The only consumer of a node's output.</summary>
    private static GraphNode? Next(GraphNode node) => node.Output.Consumers is [var only] && only.Inputs.Length == 1 ? only : null;

    // Nobody else reads the value, and whoever computed it does not read it again (see Operation's remarks).
    private bool MayChangeInPlace(GraphNode node) => node.Input.Consumers.Count == 1 && node.Input != _graph.Input;
}
