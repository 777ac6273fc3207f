namespace Weft.Training;

/// <summary>Pads the image with black on all sides and cuts a window of its own size out at a uniformly random place.</summary>
/// <param name="Padding">Pixels, 0 to 64.</param>
public sealed record RandomCrop(int Padding) : GeometricAugmentation
{
    public const int Maximum = 64;

    public override AffineMap Draw(Rng rng, FeatureShape shape) =>
        AffineMap.Translation(rng.Int(0, 2 * Padding + 1) - Padding, rng.Int(1, 2 * Padding + 1) - Padding);

    public override IEnumerable<Problem> Validate() =>
        Require(Padding is >= 0 and <= Maximum, "augmentation.random_crop", $"a padding from 0 to {Maximum} pixels", Padding);
}
