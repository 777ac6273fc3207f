namespace Weft.Tests.Reference;

/// <summary>Every layer with scalar loops in double.</summary>
internal sealed class ReferenceLayers(long seed)
{
    public ReferenceTensors Tensors { get; } = new(seed);

    /// <summary>See <see cref="CompileOptions.FrozenNormStatistics"/>.</summary>
    public bool FrozenNormStatistics { get; init; }

    /// <summary>By a dropout layer's path: the factor of each element, in the order [n, c, y, x]. A layer that is not here passes everything.</summary>
    public Dictionary<string, double[]> DropoutMasks { get; } = [];

    public ReferenceStep Apply(Layer layer, string path, ReferenceMap input, bool training) => layer switch
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
        BatchNorm2d norm => ReferenceNorms.Batch(norm, input, training, FrozenNormStatistics, Tensors.At(path)),
        SampleNorm norm => ReferenceNorms.Sample(norm, input, Tensors.At(path)),
        ReLU => ReferenceSimple.ReLU(input),
        Activation activation => ReferenceActivations.Apply(activation, input),
        MaxPool2d pool => ReferenceSimple.MaxPool(pool, input),
        AveragePool2d pool => ReferenceSimple.AveragePool(pool, input),
        GlobalAveragePool => ReferenceSimple.GlobalAverage(input),
        GlobalMaxPool => ReferenceSimple.GlobalMax(input),
        Dropout or SpatialDropout => ReferenceSimple.Mask(input, training ? DropoutMasks.GetValueOrDefault(path) : null),
        Flatten => ReferenceSimple.Flatten(input),
        Affine => ReferenceSimple.Affine(input, Tensors.At(path)),
        CompositeLayer composite => Apply(composite.Build(new FeatureShape(input.Height, input.Width, input.Channels)), path, input, training),
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
