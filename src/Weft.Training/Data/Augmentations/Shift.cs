namespace Weft.Training;

/// <summary>Moves the image by a uniformly random share of its width and of its height; what comes in is black.</summary>
/// <param name="Width">Largest share of the width to either side, 0 to 0.2.</param>
/// <param name="Height">The same of the height.</param>
public sealed record Shift(double Width, double Height) : GeometricAugmentation
{
    public const double Maximum = 0.2;

    /// <value>Rounds to whole pixels, which keeps the image sharp. Default: false.</value>
    public bool WholePixels { get; init; }

    public override AffineMap Draw(Rng rng, FeatureShape shape)
    {
        var right = rng.Uniform(0, -Width, Width) * shape.Width;
        var down = rng.Uniform(1, -Height, Height) * shape.Height;
        return WholePixels ? AffineMap.Translation(Math.Round(right), Math.Round(down)) : AffineMap.Translation(right, down);
    }

    public override IEnumerable<Problem> Validate() =>
    [
        .. Require(Width is >= 0 and <= Maximum, "augmentation.shift_width", $"a share of the width from 0 to {Maximum}", Width),
        .. Require(Height is >= 0 and <= Maximum, "augmentation.shift_height", $"a share of the height from 0 to {Maximum}", Height),
    ];
}
