using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Changes brightness, contrast and saturation by factors uniform in max(0, 1 − strength) … 1 + strength and turns the hue, the four in random order:
/// torchvision's <c>ColorJitter</c>, on Pillow's integers.
/// </summary>
[RandomStream(10)]
public sealed record ColorJitter(
    [property: Description("Largest change of brightness, contrast and saturation, as a share of each."), Range(0.0, ColorJitter.Maximum)] double Strength = 0)
        : ByteAugmentation
{
    private const double Maximum = 2;

    [Description("In place of color_jitter for the brightness."), Range(0.0, Maximum)]
    public double? Brightness { get; init; }

    [Description("In place of color_jitter for the contrast."), Range(0.0, Maximum)]
    public double? Contrast { get; init; }

    [Description("In place of color_jitter for the saturation."), Range(0.0, Maximum)]
    public double? Saturation { get; init; }

    [Description("Largest turn of the hue to either side, as a share of the circle of colours."), Range(0.0, 0.5)]
    public double Hue { get; init; }

    public override bool IsOn => (Brightness ?? Strength, Contrast ?? Strength, Saturation ?? Strength, Hue) != (0, 0, 0, 0);

    public override void Apply(Rng rng, FeatureShape shape, Span<byte> image, ReadOnlySpan<byte> fill)
    {
        double Factor(int draw, double? own) => rng.Uniform(draw, Math.Max(0, 1 - (own ?? Strength)), 1 + (own ?? Strength));
        foreach (var part in rng.Derive(4UL).Permutation(4))
        {
            switch (part)
            {
                case 0: PictureOperations.Brightness(image, Factor(0, Brightness)); break;
                case 1: PictureOperations.Contrast(shape, image, Factor(1, Contrast)); break;
                case 2: PictureOperations.Saturation(shape, image, Factor(2, Saturation)); break;
                case 3 when Hue != 0: PictureOperations.Hue(shape, image, rng.Uniform(3, -Hue, Hue)); break;
            }
        }
    }
}
