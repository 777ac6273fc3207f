namespace Weft;

/// <summary>
/// In training each channel of each sample is zero with probability <see cref="Rate"/> and otherwise scaled by 1/(1 − rate), all its pixels alike; in
/// evaluation nothing changes. PyTorch's <c>Dropout2d</c>. The mask is a pure function of (seed, layer, step, sample, channel).
/// </summary>
/// <remarks>Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.</remarks>
public sealed record SpatialDropout(double Rate) : Layer
{
    internal override LayerTraits Traits => LayerTraits.Head | LayerTraits.Random;

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(Rate is >= 0 and < 1, path, "a rate of at least 0 and below 1", $"{Rate}");
        return input;
    }
}
