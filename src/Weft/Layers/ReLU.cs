namespace Weft;

/// <summary>output = max(input, 0), element by element; the gradient at 0 is 0; NaN stays NaN.</summary>
public sealed record ReLU : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head;

    internal override FeatureShape Infer(FeatureShape input, string path) => input;
}
