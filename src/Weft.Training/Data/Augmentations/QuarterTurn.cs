using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Turns the image by 0, 90, 180 or 270 degrees, each as probable; where height and width differ by 0 or 180. No value changes.</summary>
[RandomStream(15)]
public sealed record QuarterTurn(
    [property: Description("Probability of a turn by a random number of right angles."), Range(0.0, 1.0)] double Probability = 0) : GeometricAugmentation
{
    public override bool IsOn => Probability != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape)
    {
        var last = (X: shape.Width - 1, Y: shape.Height - 1);
        var turns = rng.Double(0) < Probability ? rng.Int(1, 4) : 0;
        return (shape.Height == shape.Width ? turns : turns / 2 * 2) switch
        {
            0 => AffineMap.Identity,
            1 => new(0, -1, last.X, 1, 0, 0),
            2 => new(-1, 0, last.X, 0, -1, last.Y),
            _ => new(0, 1, 0, -1, 0, last.Y),
        };
    }
}
