namespace Weft.Training;

/// <summary>
/// λ · image + (1 − λ) · other with λ ~ Beta(α, α), and the labels likewise (Zhang et al. 2018, "mixup: Beyond empirical risk minimization").
/// Changed: λ and the other sample are drawn for each sample, not for each batch.
/// </summary>
/// <param name="Alpha">Above 0, at most 10.</param>
public sealed record Mixup(double Alpha) : MixingAugmentation
{
    public const double Maximum = 10;

    public override float Mix(Rng rng, FeatureShape shape, Span<float> image, ReadOnlySpan<float> other)
    {
        var weight = (float)Distributions.SymmetricBeta(rng, Alpha);
        for (var i = 0; i < image.Length; i++)
            image[i] = other[i] + weight * (image[i] - other[i]);
        return weight;
    }

    public override IEnumerable<Problem> Validate() => Require(Alpha is >= 0 and <= Maximum, "augmentation.mixup", $"alpha from 0 (off) to {Maximum}", Alpha);
}
