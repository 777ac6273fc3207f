namespace Weft;

/// <summary>output = input · weightᵀ + bias. <para>Shapes: input [N, F], weight [O, F], bias [O] → output [N, O].</para></summary>
public sealed record Linear(int OutputFeatures) : Layer
{
    /// <value>Default: true.</value>
    public bool Bias { get; init; } = true;

    internal override LayerTraits Traits => LayerTraits.Head;

    internal override IEnumerable<LayerTensor> TensorsFor(FeatureShape input)
    {
        yield return new LayerTensor("weight", ParameterKind.Weight, [OutputFeatures, input.Length], Initialization.FanIn(input.Length));
        if (Bias)
            yield return new LayerTensor("bias", ParameterKind.Bias, [OutputFeatures], Initialization.FanIn(input.Length));
    }

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(OutputFeatures >= 1, path, "at least one output feature", $"{OutputFeatures}");
        Require(input.IsFlat, path, "a flat input", $"{input}", "Put Flatten or GlobalAveragePool before it");
        Require((double)OutputFeatures * input.Length < int.MaxValue, path,
            "fewer than 2^31 weights", $"{OutputFeatures} outputs of {input.Length} inputs");
        return FeatureShape.Flat(OutputFeatures);
    }
}
