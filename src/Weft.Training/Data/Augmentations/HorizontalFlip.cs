namespace Weft.Training;

/// <summary>Mirrors left and right.</summary>
/// <param name="Probability">0 to 1.</param>
public sealed record HorizontalFlip(double Probability) : GeometricAugmentation
{
    public override AffineMap Draw(Rng rng, FeatureShape shape) => rng.Double(0) < Probability ? AffineMap.HorizontalFlip(shape) : AffineMap.Identity;

    public override IEnumerable<Problem> Validate() =>
        Require(Probability is >= 0 and <= 1, "augmentation.horizontal_flip", "a probability from 0 to 1", Probability);
}
