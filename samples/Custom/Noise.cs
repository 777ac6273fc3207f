using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Weft;
using Weft.Training;

namespace Custom;

/// <summary>Adds noise to every pixel, uniform in ±strength standard deviations. It draws from the generator that it is given, and from nothing else.</summary>
internal sealed record Noise([property: Description("Largest change of a pixel, in standard deviations."), Range(0.0, 3.0)] double Strength = 0)
    : PixelAugmentation
{
    public override bool IsOn => Strength > 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        for (var i = 0; i < image.Length; i++)
            image[i] += (float)rng.Uniform(i, -Strength, Strength);
    }
}
