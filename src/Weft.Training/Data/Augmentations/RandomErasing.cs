using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Overwrites a random rectangle with the data set's mean (Zhong et al. 2020, "Random erasing data augmentation"; there the fill is random values).
/// </summary>
[RandomStream(5, Order = 100)]
public sealed record RandomErasing(
    [property: Description("Probability of erasing a rectangle."), Range(0.0, 1.0)] double Probability = 0) : PixelAugmentation, IOptionRules
{
    // A rectangle that does not fit is drawn again; after this many tries the image stays as it is.
    private const int Tries = 10;

    [Description("Its smallest area as a share of the image."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double MinimumArea { get; init; } = 0.02;

    [Description("Its largest area as a share of the image."), Range(0.0, 1.0)]
    public double MaximumArea { get; init; } = 0.33;

    /// <summary>The ratio is uniform in its logarithm.</summary>
    [Description("Its height over width lies between one over this and this."), Range(1.0, 100.0)]
    public double Aspect { get; init; } = 3.3;

    public override bool IsOn => Probability > 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        if (rng.Double(0) >= Probability)
            return;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var draw = rng.Derive(attempt);
            var area = draw.Uniform(0, MinimumArea, MaximumArea) * shape.Pixels;
            var aspect = Math.Exp(draw.Uniform(1, -1, 1) * Math.Log(Aspect));
            var height = (int)Math.Round(Math.Sqrt(area * aspect));
            var width = (int)Math.Round(Math.Sqrt(area / aspect));
            if (height < 1 || width < 1 || height > shape.Height || width > shape.Width)
                continue;
            var top = draw.Int(2, shape.Height - height + 1);
            var left = draw.Int(3, shape.Width - width + 1);
            for (var y = top; y < top + height; y++)
                image.Slice((y * shape.Width + left) * shape.Channels, width * shape.Channels).Clear();
            return;
        }
    }

    IEnumerable<Problem> IOptionRules.Conflicts() =>
        MaximumArea < MinimumArea ? [new Problem("maximum_area", $"at least the minimum area {MinimumArea}", $"{MaximumArea}")] : [];
}
