using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Mirrors top and bottom.</summary>
[RandomStream(14)]
public sealed record VerticalFlip(
    [property: Description("Probability of mirroring top and bottom."), Range(0.0, 1.0)] double Probability = 0) : GeometricAugmentation
{
    public override bool IsOn => Probability != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape) => rng.Double(0) < Probability ? new(1, 0, 0, 0, -1, shape.Height - 1) : AffineMap.Identity;
}
