using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Adds one number to all pixels of an image: x ← x + δ, δ uniform in −strength … strength, in standard deviations of the data set. Changed against
/// torchvision's
/// <c>ColorJitter</c>: a sum and not a factor, and what leaves the range of bytes is not clipped, as the image is normalized already.
/// </summary>
[RandomStream(8)]
public sealed record Brightness(
    [property: Description("Largest change of an image's brightness, in standard deviations of the data set."), Range(0.0, 3.0)] double Strength = 0)
        : PixelAugmentation
{
    public override bool IsOn => Strength != 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        var change = (float)rng.Uniform(0, -Strength, Strength);
        foreach (ref var value in image)
            value += change;
    }
}
