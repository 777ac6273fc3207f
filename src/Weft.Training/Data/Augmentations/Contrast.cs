using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Stretches an image about its own mean m over all pixels and channels: x ← m + f · (x − m), f uniform in 1 − strength … 1 + strength. As torchvision's
/// <c>ColorJitter</c> has it, without its clipping.
/// </summary>
[RandomStream(9, Order = 1)]
public sealed record Contrast(
    [property: Description("Largest change of an image's contrast, as a share of it."), Range(0.0, 1.0)] double Strength = 0) : PixelAugmentation
{
    public override bool IsOn => Strength != 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        var factor = (float)rng.Uniform(0, 1 - Strength, 1 + Strength);
        var sum = 0.0;
        foreach (var value in image)
            sum += value;
        var mean = (float)(sum / image.Length);
        foreach (ref var value in image)
            value = mean + factor * (value - mean);
    }
}
