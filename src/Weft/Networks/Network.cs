using System.Runtime.InteropServices;

namespace Weft;

/// <summary>A description compiled for a device and a batch size: weights, buffers and kernels. One caller at a time.</summary>
public sealed class Network : IDisposable
{
    private readonly CompiledGraph _graph;
    private Pass _lastPass;

    private Network(NetworkDescription description, Device device, CompileOptions options)
    {
        var graph = NetworkGraph.Build(description);
        Description = description;
        Device = device;
        Options = options;
        ClassCount = graph.Output.Shape.Channels;
        ParameterCount = graph.Tensors.Where(tensor => tensor.IsTrainable).Sum(tensor => (long)tensor.Length);
        _graph = device.Compile(graph, options);
        if (options.DrawWeights)
            Draw(graph);
    }

    public NetworkDescription Description { get; }

    public Device Device { get; }

    public CompileOptions Options { get; }

    /// <summary>Length of a sample's logits.</summary>
    public int ClassCount { get; }

    /// <summary>The tensors where the device keeps them, for an optimizer.</summary>
    public DeviceTensors Tensors => _graph.Tensors;

    /// <summary>The trainable tensors, in the description's order; empty if not compiled for training.</summary>
    public IReadOnlyList<Parameter> Parameters => Tensors.Parameters;

    /// <summary>Parameters and running statistics under PyTorch's names and in PyTorch's layout.</summary>
    public IReadOnlyList<DeviceTensor> State => Tensors.State;

    /// <summary>What the network was compiled to, in the order of computation; what is computed in one pass over memory is one.</summary>
    public IReadOnlyList<OperationInfo> Operations => _graph.Operations;

    /// <summary>Number of trainable floats, whether or not compiled for training.</summary>
    public long ParameterCount { get; }

    /// <summary>Multiplications plus additions of a forward pass over one sample, counted directly.</summary>
    public long FlopsPerSample => Operations.Sum(operation => operation.Flops);

    /// <summary>Bytes of memory held by weights, gradients, activations and scratch.</summary>
    public long MemoryBytes => _graph.MemoryBytes;

    /// <summary>[count, classes] of the last forward pass.</summary>
    public ReadOnlySpan<float> Logits => _graph.Logits[..(_lastPass.Count * ClassCount)];

    /// <summary>[count, classes]: the caller writes dLoss/dLogits here before <see cref="Backward"/>.</summary>
    public Span<float> LogitsGradient => _graph.LogitsGradient[..(_lastPass.Count * ClassCount)];

    /// <summary>
    /// [count, H, W, C], dense: what <see cref="Backward"/> made of <see cref="LogitsGradient"/> at the images; empty without
    /// <see cref="CompileOptions.InputGradient"/>.
    /// </summary>
    public ReadOnlySpan<float> InputGradient =>
        Options is { Training: true, InputGradient: true } ? _graph.InputGradient[..(_lastPass.Count * Description.Input.Length)] : [];

    /// <exception cref="NetworkException">A layer does not fit its input; the message names the layer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    /// <exception cref="OutOfMemoryException">The buffers cannot be had.</exception>
    public static Network Compile(NetworkDescription description, Device device, CompileOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        return new Network(description, device, options);
    }

    /// <summary>What <see cref="Compile"/> would take, found without taking it.</summary>
    /// <inheritdoc cref="Compile"/>
    public static NetworkMemory MeasureMemory(NetworkDescription description, Device device, CompileOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        return device.Measure(NetworkGraph.Build(description), options);
    }

    /// <summary>Computes <see cref="Logits"/> for use: with running statistics and without dropout.</summary>
    /// <param name="images">[count, H, W, C], dense.</param>
    /// <param name="count">1 … <see cref="CompileOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public void Forward(ReadOnlySpan<float> images, int count) => Forward(images, new Pass(count, IsTraining: false, Step: 0));

    /// <summary>Computes <see cref="Logits"/> for training: with the batch's statistics and dropout, everything kept for <see cref="Backward"/>.</summary>
    /// <param name="step">Number of the optimizer step, from which dropout draws.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or training was not compiled for.</exception>
    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, int)"/>
    public void ForwardTraining(ReadOnlySpan<float> images, int count, long step) => ForwardTraining(images, count, step, firstSample: 0);

    /// <summary>As the other, over a part of a batch.</summary>
    /// <param name="firstSample">The place of the part's first sample in the batch: dropout draws for each sample what it would draw in the whole
    /// batch.</param>
    /// <inheritdoc cref="ForwardTraining(ReadOnlySpan{float}, int, long)"/>
    public void ForwardTraining(ReadOnlySpan<float> images, int count, long step, int firstSample)
    {
        if (!Options.Training)
            throw new ArgumentException("This network was compiled for evaluation only. Set CompileOptions.Training.");
        ArgumentOutOfRangeException.ThrowIfNegative(firstSample);
        Forward(images, new Pass(count, IsTraining: true, step) { FirstSample = firstSample });
    }

    /// <summary>Computes the gradient of every parameter from <see cref="LogitsGradient"/>.</summary>
    /// <param name="optimizer">
    /// Takes gradients while they are in the cache and updates at once what nobody reads any more, to the same bits; call its
    /// <see cref="Optimizer.Step"/> next. Such gradients are not in <see cref="Parameter.Gradient"/>. Null: every gradient is.
    /// </param>
    /// <exception cref="InvalidOperationException">The last forward pass was not <see cref="ForwardTraining(ReadOnlySpan{float}, int, long)"/>.</exception>
    public void Backward(Optimizer? optimizer = null)
    {
        if (!_lastPass.IsTraining)
            throw new InvalidOperationException("Backward follows ForwardTraining.");
        _graph.Backward(_lastPass with { Sink = optimizer?.BeginBackward() });
    }

    /// <summary>
    /// Lets layers near the images learn more slowly than those near the logits: the learning rate of a parameter is multiplied by
    /// <paramref name="factor"/>ᵈ, d the number of times that the resolution of the feature maps still falls after its layer. An optimizer that is made
    /// afterwards heeds it.
    /// </summary>
    /// <param name="factor">Above 0 and at most 1; 1 leaves all equal.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is not in its range.</exception>
    public void DecayLearningRates(double factor)
    {
        if (!(factor > 0 && factor <= 1))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor lies above 0 and is at most 1.");
        var parameters = Parameters.ToDictionary(parameter => parameter.Name);
        var (pixels, depth) = (1, 0);
        // Backwards: inside a gate the maps have one pixel, and the gate's output, which comes after them, has them all.
        foreach (var node in NetworkGraph.Build(Description).Nodes.Reverse())
        {
            if (node.Output.Shape.Pixels > pixels)
                (pixels, depth) = (node.Output.Shape.Pixels, depth + 1);
            foreach (var tensor in node.Tensors.Where(tensor => tensor.IsTrainable))
                parameters[tensor.Name].LearningRateFactor = Math.Pow(factor, depth);
        }
    }

    /// <summary>
    /// What holds a NaN or an infinity, or null: the first weights, else the first layer's output, else the last parameter's gradient, for the message after a
    /// loss was not finite. Slow.
    /// </summary>
    public string? FindNonFinite()
    {
        if (State.FirstOrDefault(tensor => !tensor.IsFinite) is { } weights)
            return $"weights {weights.Name}";
        if (_graph.FindNonFiniteOutput(_lastPass.Count) is { } layer)
            return $"output of {layer}";
        // Backwards: the gradient that was computed first is the one that went wrong first.
        return Parameters.LastOrDefault(parameter => !parameter.Gradient.IsFinite) is { } parameter ? $"gradient of {parameter.Name}" : null;
    }

    /// <summary>
    /// Calls <paramref name="observer"/> after every operation of every pass, with whether that was a backward pass; null stops that. For measurements.
    /// </summary>
    public void ObserveOperations(Action<OperationInfo, bool>? observer) => _graph.Finished = observer;

    public void Dispose() => _graph.Dispose();

    private void Forward(ReadOnlySpan<float> images, in Pass pass)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pass.Count, 1, "count");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pass.Count, Options.BatchSize, "count");
        if (images.Length != (long)pass.Count * Description.Input.Length)
            throw new ArgumentException(
                $"{pass.Count} samples of {Description.Input} are {(long)pass.Count * Description.Input.Length} floats but {images.Length} were given.");
        _lastPass = pass;
        _graph.Forward(images, pass);
    }

    // Element i in PyTorch's order is drawn at counter i of its tensor's stream, so the bits depend on no device's layout. The memory in between is given back
    // at once: a garbage collector would keep it for the life of a small training.
    private unsafe void Draw(NetworkGraph graph)
    {
        var memory = (float*)NativeMemory.Alloc((nuint)(graph.Tensors.Max(tensor => (int?)tensor.Length) ?? 0), sizeof(float));
        try
        {
            foreach (var (place, tensor) in graph.Tensors.Index())
            {
                var stream = Rng.For(Options.Seed, RngPurpose.Initialization).Derive(place);
                for (var i = 0; i < tensor.Length; i++)
                    memory[i] = tensor.Initialization.Draw(stream, i);
                State[place].CopyFrom(new ReadOnlySpan<float>(memory, tensor.Length));
            }
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }
}
