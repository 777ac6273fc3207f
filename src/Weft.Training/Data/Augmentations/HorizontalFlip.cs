using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Mirrors left and right.</summary>
[RandomStream(1)]
public sealed record HorizontalFlip(
    [property: Description("Probability of mirroring left and right."), Range(0.0, 1.0)] double Probability = 0) : GeometricAugmentation
{
    public override bool IsOn => Probability != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape) => rng.Double(0) < Probability ? AffineMap.HorizontalFlip(shape) : AffineMap.Identity;
}
