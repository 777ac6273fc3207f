using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Pads the image with black on all sides and cuts a window of its own size out at a uniformly random place.</summary>
[RandomStream(4)]
public sealed record RandomCrop(
    [property: Description("Pixels of padding before a random crop back to size."), Range(0, 64)] int Padding = 0) : GeometricAugmentation
{
    public override bool IsOn => Padding != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape) =>
        AffineMap.Translation(rng.Int(0, 2 * Padding + 1) - Padding, rng.Int(1, 2 * Padding + 1) - Padding);
}
