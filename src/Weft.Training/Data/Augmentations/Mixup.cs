using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// λ · image + (1 − λ) · other with λ ~ Beta(α, α), and the labels likewise (Zhang et al. 2018, "mixup: Beyond empirical risk minimization").
/// Changed: λ and the other sample are drawn for each sample, not for each batch.
/// </summary>
[RandomStream(7)]
public sealed record Mixup([property: Description("Alpha of mixup; 0 is off."), Range(0.0, 10.0)] double Alpha = 0) : MixingAugmentation
{
    public override bool IsOn => Alpha != 0;

    public override float Mix(Rng rng, FeatureShape shape, Span<float> image, ReadOnlySpan<float> other)
    {
        var weight = (float)Distributions.SymmetricBeta(rng, Alpha);
        for (var i = 0; i < image.Length; i++)
            image[i] = other[i] + weight * (image[i] - other[i]);
        return weight;
    }
}
