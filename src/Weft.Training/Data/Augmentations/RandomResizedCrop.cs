using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// A random part of the picture, of random size and shape, fills it: its area uniform in a range of shares of the picture's, its width over height uniform in
/// the logarithm; one that does not fit is drawn again, ten times, and then the largest part of allowed shape in the middle is taken. torchvision's
/// <c>RandomResizedCrop</c>. Changed: the part's outermost pixels come to lie on the outermost pixels, so that nothing from outside is mixed in.
/// </summary>
/// <remarks>Szegedy et al., "Going deeper with convolutions", CVPR 2015, section 6.</remarks>
[RandomStream(11, Order = -1)]
public sealed record RandomResizedCrop(
    [property: Description("Smallest area of a random part that fills the picture, as a share of it; 0 is off."), Range(0.0, 1.0)] double MinimumArea = 0)
        : GeometricAugmentation, IOptionRules
{
    private const int Tries = 10;

    /// <summary>How much longer the sides of stored pictures are, where they are stored for this: a part is then magnified less.</summary>
    internal const double StoredShare = 1.15;

    [Description("Its largest area as a share of the picture."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MaximumArea { get; init; } = 1;

    [Description("Its width over height lies between one over this and this."), Range(1.0, 100.0)]
    public double Aspect { get; init; } = 4.0 / 3;

    public override bool IsOn => MinimumArea != 0;

    public override AffineMap Draw(Rng rng, FeatureShape shape)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var draw = rng.Derive(attempt);
            var area = draw.Uniform(0, MinimumArea, MaximumArea) * shape.Pixels;
            var aspect = Math.Exp(draw.Uniform(1, -1, 1) * Math.Log(Aspect));
            var width = (int)Math.Round(Math.Sqrt(area * aspect));
            var height = (int)Math.Round(Math.Sqrt(area / aspect));
            if (width >= 1 && height >= 1 && width <= shape.Width && height <= shape.Height)
                return Part(draw.Int(2, shape.Width - width + 1), draw.Int(3, shape.Height - height + 1), width, height, shape);
        }

        var (whole, tall) = (Math.Min(shape.Width, Math.Round(shape.Height * Aspect)), Math.Min(shape.Height, Math.Round(shape.Width * Aspect)));
        return Part((shape.Width - (int)whole) / 2, (shape.Height - (int)tall) / 2, (int)whole, (int)tall, shape);
    }

    /// <summary>The picture of one shape, stretched to another; corners lie on corners.</summary>
    internal static AffineMap Stretch(FeatureShape from, FeatureShape to) => Part(0, 0, from.Width, from.Height, to);

    private static AffineMap Part(int left, int top, int width, int height, FeatureShape shape) =>
        new(Step(width, shape.Width), 0, left, 0, Step(height, shape.Height), top);

    private static double Step(int from, int to) => to > 1 ? (from - 1.0) / (to - 1) : 1;

    IEnumerable<Problem> IOptionRules.Conflicts() =>
        MaximumArea < MinimumArea ? [new Problem("maximum_area", $"at least the minimum area {MinimumArea}", $"{MaximumArea}")] : [];
}
