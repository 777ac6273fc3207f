namespace Weft.Training;

/// <summary>Turns the image about its centre by a uniformly random angle; what comes in is black.</summary>
/// <param name="Degrees">Largest angle to either side, 0 to 180.</param>
public sealed record Rotation(double Degrees = Rotation.DefaultDegrees) : GeometricAugmentation
{
    public const double DefaultDegrees = 15;

    public override AffineMap Draw(Rng rng, FeatureShape shape) => AffineMap.Rotation(rng.Uniform(0, -Degrees, Degrees), shape);

    public override IEnumerable<Problem> Validate() => Require(Degrees is >= 0 and <= 180, "augmentation.rotation", "degrees from 0 to 180", Degrees);
}
