namespace Weft;

/// <summary>
/// In training each element is zero with probability <see cref="Rate"/> and otherwise scaled by 1/(1 − rate); in evaluation nothing changes.
/// The mask is a pure function of (seed, layer, step, element).
/// </summary>
public sealed record Dropout(double Rate) : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head | LayerTraits.Random;

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(Rate is >= 0 and < 1, path, "a rate of at least 0 and below 1", $"{Rate}");
        return input;
    }
}
