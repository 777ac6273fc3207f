using Weft.Devices.Cpu;

namespace Weft;

/// <summary>One layer of a <see cref="NetworkSummary"/>.</summary>
/// <param name="Path">Its place in the network: the prefix of its parameters' names.</param>
/// <param name="Layer">Its type.</param>
/// <param name="Output">The shape of one sample behind it.</param>
/// <param name="Operation">How it is computed; null where an earlier layer's operation does its work in the same pass, or where nothing is left to do.</param>
/// <param name="Parameters">Trainable floats.</param>
/// <param name="FlopsPerSample">Multiplications plus additions of a forward pass, counted directly.</param>
/// <param name="RealFlopsPerSample">As <paramref name="FlopsPerSample"/>, but what the chosen algorithm really does (Winograd does fewer).</param>
/// <param name="ActivationBytes">Memory its output takes for a whole batch; 0 where it lies in another layer's memory.</param>
public sealed record LayerSummary(
    string Path, string Layer, FeatureShape Output, string? Operation, long Parameters, long FlopsPerSample, long RealFlopsPerSample, long ActivationBytes);

/// <summary>What a network costs, layer by layer and altogether.</summary>
public sealed record NetworkSummary
{
    private NetworkSummary(IReadOnlyList<LayerSummary> layers, Network network, long inferenceMemoryBytes)
    {
        Layers = layers;
        BatchSize = network.Options.BatchSize;
        Parameters = network.ParameterCount;
        FlopsPerSample = network.FlopsPerSample;
        RealFlopsPerSample = layers.Sum(layer => layer.RealFlopsPerSample);
        ActivationBytes = network.Plan.Activations.Sum(value => value.Bytes);
        TrainingMemoryBytes = network.MemoryBytes;
        InferenceMemoryBytes = inferenceMemoryBytes;
    }

    /// <summary>In the order of computation.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>What the memory is for.</summary>
    public int BatchSize { get; }

    public long Parameters { get; }

    public long FlopsPerSample { get; }

    public long RealFlopsPerSample { get; }

    /// <summary>All outputs that training keeps for a batch, and the input; part of <see cref="TrainingMemoryBytes"/>.</summary>
    public long ActivationBytes { get; }

    /// <summary>Weights, gradients, activations and scratch; the optimizer's state comes on top.</summary>
    public long TrainingMemoryBytes { get; }

    /// <summary>The same for a network compiled without training.</summary>
    public long InferenceMemoryBytes { get; }

    /// <summary>Compiles the network for training, and measures what it would take without.</summary>
    /// <param name="description">What is summarized.</param>
    /// <param name="device">What it would run on.</param>
    /// <param name="options">With which batch size; <see cref="CompileOptions.Training"/> does not count.</param>
    /// <exception cref="NetworkException">The description does not fit together.</exception>
    /// <exception cref="OutOfMemoryException">The buffers cannot be had.</exception>
    public static NetworkSummary Of(NetworkDescription description, Device device, CompileOptions options)
    {
        var inference = Network.MeasureMemory(description, device, options with { Training = false }).Bytes;
        using var training = Network.Compile(description, device, options with { Training = true });
        return new NetworkSummary(Rows(training), training, inference);
    }

    private static List<LayerSummary> Rows(Network network)
    {
        var operations = network.Plan.Operations.ToLookup(operation => operation.Path);
        var activations = network.Plan.Activations.ToLookup(value => value.Layer, value => value.Bytes);
        return
        [
            .. NetworkGraph.Build(network.Description).Nodes.Select(node =>
            {
                var own = operations[node.Path].ToList();
                return new LayerSummary(
                    node.Path,
                    node.Layer.GetType().Name,
                    node.Output.Shape,
                    own.Count == 0 ? null : string.Join("; ", own.Select(operation => operation.Summary).Distinct()),
                    own.Sum(operation => operation.Parameters.Sum(slot => (long)slot.Layout.Length)),
                    own.Sum(operation => operation.FlopsPerSample),
                    own.Sum(operation => operation.RealFlopsPerSample),
                    activations[node.Path].Sum());
            }),
        ];
    }
}
