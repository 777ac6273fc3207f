using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Turns the image about its centre by a uniformly random angle to either side; what comes in is black.</summary>
[RandomStream(2)]
public sealed record Rotation([property: Description("Largest angle in degrees."), Range(0.0, 180.0)] double Degrees = 0) : GeometricAugmentation
{
    public override bool IsOn => Degrees != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape) => AffineMap.Rotation(rng.Uniform(0, -Degrees, Degrees), shape);
}
