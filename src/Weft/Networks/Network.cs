using Weft.Devices.Cpu;

namespace Weft;

/// <summary>What a forward pass is for.</summary>
public enum Phase
{
    /// <summary>Batch statistics, dropout active, everything kept for <see cref="Network.Backward"/>.</summary>
    Training = 1,

    /// <summary>Running statistics, no dropout.</summary>
    Evaluation = 2,
}

/// <summary>Choices of <see cref="Network.Compile"/>.</summary>
public sealed record CompileOptions
{
    /// <value>The largest number of samples in a pass. Default: 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <value>Whether <see cref="Phase.Training"/> and <see cref="Network.Backward"/> will be used. Default: true.</value>
    public bool Training { get; init; } = true;

    /// <value>Seed of the initial weights and of dropout. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>No Winograd and no other shortcut that changes rounding: direct sums only. Default: false.</value>
    public bool Strict { get; init; }

    /// <value>Whether <see cref="Network.Backward"/> also computes the gradient of the images, for <see cref="Network.InputGradient"/>. Default: false.</value>
    public bool InputGradient { get; init; }
}

/// <summary>A description compiled for a device and a batch size: weights, buffers and kernels. One caller at a time.</summary>
public sealed class Network : IDisposable
{
    private readonly DevicePlan _plan;
    private Pass _lastPass;

    private Network(NetworkDescription description, Device device, CompileOptions options)
    {
        var graph = NetworkGraph.Build(description);
        Description = description;
        Device = device;
        Options = options;
        ClassCount = graph.Output.Shape.Channels;
        _plan = device.Plan(graph, options);
        Parameters = [.. options.Training ? _plan.Parameters.Select(CreateParameter) : []];
        State = [.. _plan.State.Select(CreateState)];
        for (var i = 0; i < _plan.State.Count; i++)
            _plan.State[i].Initialize(Rng.For(options.Seed, RngPurpose.Initialization).Derive(i));
    }

    public NetworkDescription Description { get; }

    public Device Device { get; }

    public CompileOptions Options { get; }

    /// <summary>Length of a sample's logits.</summary>
    public int ClassCount { get; }

    /// <summary>The trainable tensors, in the description's order; empty if not compiled for training.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Parameters and running statistics under PyTorch's names and in PyTorch's layout.</summary>
    public IReadOnlyList<StateTensor> State { get; }

    /// <summary>Number of trainable floats, whether or not compiled for training.</summary>
    public long ParameterCount => _plan.Parameters.Sum(slot => (long)slot.Layout.Length);

    /// <summary>Multiplications plus additions of a forward pass over one sample, counted directly.</summary>
    public long FlopsPerSample => _plan.Operations.Sum(operation => operation.FlopsPerSample);

    /// <summary>Bytes of native memory held by weights, gradients, activations and scratch.</summary>
    public long MemoryBytes => _plan.MemoryBytes;

    internal DevicePlan Plan => _plan;

    /// <summary>[count, classes] of the last forward pass.</summary>
    public ReadOnlySpan<float> Logits => _plan.Logits[..(_lastPass.Count * ClassCount)];

    /// <summary>[count, classes]: the caller writes dLoss/dLogits here before <see cref="Backward"/>.</summary>
    public Span<float> LogitsGradient => _plan.LogitsGradient[..(_lastPass.Count * ClassCount)];

    /// <summary>[count, H, W, C], dense: what <see cref="Backward"/> made of <see cref="LogitsGradient"/> at the images; empty without <see cref="CompileOptions.InputGradient"/>.</summary>
    public ReadOnlySpan<float> InputGradient => Options is { Training: true, InputGradient: true } ? _plan.InputGradient[..(_lastPass.Count * Description.Input.Length)] : [];

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
        using var plan = device.Plan(NetworkGraph.Build(description), options, takesMemory: false);
        return new NetworkMemory(plan.MemoryBytes, Bytes(plan.Parameters), Bytes(plan.State));

        static long Bytes(IEnumerable<ParameterSlot> slots) => slots.Sum(slot => (long)slot.Layout.StorageLength) * sizeof(float);
    }

    /// <summary>Computes <see cref="Logits"/>.</summary>
    /// <param name="images">[count, H, W, C], dense.</param>
    /// <param name="count">1 … <see cref="CompileOptions.BatchSize"/>.</param>
    /// <param name="step">Number of the optimizer step, from which dropout draws; ignored in evaluation.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or training was not compiled for.</exception>
    public void Forward(ReadOnlySpan<float> images, int count, Phase phase, long step = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Options.BatchSize);
        if (images.Length != (long)count * Description.Input.Length)
            throw new ArgumentException($"{count} samples of {Description.Input} are {(long)count * Description.Input.Length} floats but {images.Length} were given.");
        if (phase == Phase.Training && !Options.Training)
            throw new ArgumentException("This network was compiled for evaluation only. Set CompileOptions.Training.");
        _lastPass = new Pass(count, phase, step);
        _plan.Load(images, count);
        _plan.Forward(_lastPass);
    }

    /// <summary>Fills every parameter's gradient from <see cref="LogitsGradient"/>.</summary>
    /// <exception cref="InvalidOperationException">The last forward pass was not one in <see cref="Phase.Training"/>.</exception>
    public void Backward() => BackwardFor(null);

    /// <summary>As <see cref="Backward"/>, but parameters with <see cref="Parameter.IsHandedOver"/> go to <paramref name="taker"/>, if there is one, and their gradients are not filled.</summary>
    internal void BackwardFor(IGradientTaker? taker)
    {
        if (!_lastPass.IsTraining)
            throw new InvalidOperationException("Backward follows a forward pass in Phase.Training.");
        _plan.Backward(_lastPass with { Taker = taker });
        _plan.InvalidateWeights(); // an optimizer changes them now
    }

    /// <summary>To be called after <see cref="Parameter.Value"/> was written to (optimizers and <see cref="StateTensor.CopyFrom"/> do): derived weights are stale.</summary>
    public void InvalidateWeights() => _plan.InvalidateWeights();

    /// <summary>
    /// What holds a NaN or an infinity, or null: the first weights, else the first layer's output, else the last parameter's gradient, for the message after a
    /// loss was not finite. Slow.
    /// </summary>
    public string? FindNonFinite() => _plan.FindNonFinite(_lastPass.Count);

    /// <summary>Calls <paramref name="observer"/> after every operation of every pass (null: stops that). For measurements: (layer, summary, backward, direct FLOPs, real FLOPs a sample).</summary>
    public void ObserveOperations(Action<OperationReport>? observer) =>
        _plan.Finished = observer is null ? null : (operation, backward) => observer(new OperationReport(
            operation.Path, operation.Summary, backward, operation.FlopsPerSample, operation.RealFlopsPerSample));

    public void Dispose() => _plan.Dispose();

    private static unsafe Parameter CreateParameter(ParameterSlot slot) => new(slot.Name, slot.Kind, slot.Layout, slot.Value, slot.Gradient) { IsHandedOver = slot.IsHandedOver };

    private unsafe StateTensor CreateState(ParameterSlot slot) => new(slot.Name, slot.Layout, slot.Value, InvalidateWeights);
}

/// <summary>An operation that has just finished a pass. FLOPs of a forward pass over one sample; a backward pass of a layer with weights does twice as many.</summary>
public readonly record struct OperationReport(string Path, string Summary, bool Backward, long Flops, long RealFlops);
