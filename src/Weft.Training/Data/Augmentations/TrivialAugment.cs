using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// One operation out of fourteen, at one of 31 strengths, to either side: identity, shear, translation, rotation, brightness, saturation, contrast, sharpness,
/// posterizing, solarizing, automatic contrast, equalizing. torchvision's <c>TrivialAugmentWide</c>. Changed: pixels are interpolated (there the nearest is
/// taken), and not every picture has to be changed.
/// </summary>
/// <remarks>Müller and Hutter, "TrivialAugment: tuning-free yet state-of-the-art data augmentation", ICCV 2021.</remarks>
[RandomStream(12, Order = 1)]
public sealed record TrivialAugment(
    [property: Description("Probability of one operation out of fourteen at a random strength."), Range(0.0, 1.0)] double Probability = 0) : ByteAugmentation
{
    private const int Strengths = 31;

    private static readonly AugmentationSpace Wide = new(0.99, _ => 32, 135, 0.99, 6);

    public override bool IsOn => Probability != 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<byte> image, ReadOnlySpan<byte> fill)
    {
        if (rng.Double(0) < Probability)
            Wide.Apply(rng.Int(1, AugmentationSpace.Operations), rng.Int(2, Strengths) / (Strengths - 1.0), 1 - 2 * rng.Int(3, 2), shape, image, fill);
    }
}
