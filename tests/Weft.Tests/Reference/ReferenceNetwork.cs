namespace Weft.Tests.Reference;

/// <summary>
/// A description interpreted layer by layer with scalar loops in double: slow, obvious, and the truth the engine is compared with. It gradient-checks itself
/// (<see cref="ReferenceNetworkTests"/>).
/// </summary>
internal sealed class ReferenceNetwork(NetworkDescription description, long seed = 1)
{
    private ReferenceStep? _last;

    public ReferenceTensors Tensors { get; } = new(seed);

    /// <summary>By a dropout layer's path: the factor of each element, in the order [n, c, y, x]. A layer that is not here passes everything.</summary>
    public Dictionary<string, double[]> DropoutMasks { get; } = [];

    /// <returns>The logits, [count, classes].</returns>
    public double[] Forward(ReferenceMap input) => Forward(input, training: false);

    /// <summary>With the batch's statistics and with dropout.</summary>
    /// <returns>The logits, [count, classes].</returns>
    public double[] ForwardTraining(ReferenceMap input) => Forward(input, training: true);

    /// <summary>Fills the tensors' gradients.</summary>
    /// <returns>The gradient of the input, [n, c, y, x].</returns>
    public double[] Backward(double[] logitsGradient)
    {
        var last = _last ?? throw new InvalidOperationException("Forward comes first.");
        Tensors.Gradients.Clear();
        return last.Backward(last.Output with { Data = logitsGradient }).Data;
    }

    private double[] Forward(ReferenceMap input, bool training)
    {
        _last = Apply(description.Body, "", input, training);
        return _last.Output.Data;
    }

    private ReferenceStep Apply(Layer layer, string path, ReferenceMap input, bool training) => layer switch
    {
        Sequential sequential => Chain(sequential, path, input, training),
        Concat concat => ReferenceBranches.Concat(
            [.. concat.Branches.Select((branch, i) => Apply(branch, Path(path, branch, $"{i}"), input, training))], input),
        Residual residual => ReferenceBranches.Add(
            Apply(residual.Body, Path(path, residual.Body, "body"), input, training),
            residual.Shortcut is { } shortcut ? Apply(shortcut, Path(path, shortcut, "shortcut"), input, training)
                : new ReferenceStep(input, gradient => gradient)),
        ChannelGate gate => ReferenceBranches.Gate(Apply(gate.Body, Path(path, gate.Body, "body"), input, training), input),
        Conv2d convolution => ReferenceDense.Convolve(convolution, input, Tensors.At(path)),
        Linear linear => ReferenceDense.Multiply(linear, input, Tensors.At(path)),
        BatchNorm2d norm => ReferenceNorms.Batch(norm, input, training, Tensors.At(path)),
        SampleNorm norm => ReferenceNorms.Sample(norm, input, Tensors.At(path)),
        ReLU => ReferenceSimple.ReLU(input),
        Activation activation => ReferenceActivations.Apply(activation, input),
        MaxPool2d pool => ReferenceSimple.MaxPool(pool, input),
        AveragePool2d pool => ReferenceSimple.AveragePool(pool, input),
        GlobalAveragePool => ReferenceSimple.GlobalAverage(input),
        GlobalMaxPool => ReferenceSimple.GlobalMax(input),
        Dropout or SpatialDropout => ReferenceSimple.Mask(input, training ? DropoutMasks.GetValueOrDefault(path) : null),
        Flatten => ReferenceSimple.Flatten(input),
        _ => throw new NotSupportedException($"The reference does not know {layer.GetType().Name}."),
    };

    private ReferenceStep Chain(Sequential sequential, string path, ReferenceMap input, bool training)
    {
        var steps = new List<ReferenceStep>();
        for (var i = 0; i < sequential.Layers.Length; i++)
        {
            var layer = sequential.Layers[i];
            steps.Add(Apply(layer, Path(path, layer, $"{i}"), steps.Count == 0 ? input : steps[^1].Output, training));
        }

        return new ReferenceStep(steps.Count == 0 ? input : steps[^1].Output, gradient =>
        {
            for (var i = steps.Count - 1; i >= 0; i--)
                gradient = steps[i].Backward(gradient);
            return gradient;
        });
    }

    private static string Path(string path, Layer layer, string otherwise) =>
        path.Length == 0 || layer.Name is "" ? path + (layer.Name ?? otherwise) : $"{path}.{layer.Name ?? otherwise}";
}
