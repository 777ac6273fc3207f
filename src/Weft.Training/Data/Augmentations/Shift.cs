using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Moves the image by a uniformly random share of its width and of its height to either side; what comes in is black.</summary>
[RandomStream(3)]
public sealed record Shift(
    [property: Description("Largest shift as a share of width and height."), Range(0.0, Shift.Maximum)] double Fraction = 0) : GeometricAugmentation
{
    private const double Maximum = 0.2;

    [Description("In place of shift for the width."), Range(0.0, Maximum)]
    public double? Width { get; init; }

    [Description("In place of shift for the height."), Range(0.0, Maximum)]
    public double? Height { get; init; }

    /// <summary>Rounding keeps the image sharp.</summary>
    [Description("Whether shifts are rounded to whole pixels.")]
    public bool WholePixels { get; init; }

    public override bool IsOn => Right != 0 || Down != 0;

    private double Right => Width ?? Fraction;

    private double Down => Height ?? Fraction;

    public override AffineMap Draw(Rng rng, FeatureShape shape)
    {
        var right = rng.Uniform(0, -Right, Right) * shape.Width;
        var down = rng.Uniform(1, -Down, Down) * shape.Height;
        return WholePixels ? AffineMap.Translation(Math.Round(right), Math.Round(down)) : AffineMap.Translation(right, down);
    }
}
