namespace Weft.Training;

/// <summary>
/// Overwrites a random rectangle with the data set's mean (Zhong et al. 2020, "Random erasing data augmentation"; there the fill is random values).
/// </summary>
/// <param name="Probability">0 to 1.</param>
public sealed record RandomErasing(double Probability) : Augmentation
{
    // A rectangle that does not fit is drawn again; after this many tries the image stays as it is.
    private const int Tries = 10;

    /// <value>Smallest share of the image. Default: 0.02.</value>
    public double MinimumArea { get; init; } = 0.02;

    /// <value>Largest share of the image. Default: 0.33.</value>
    public double MaximumArea { get; init; } = 0.33;

    /// <value>Height over width lies between 1/this and this, uniformly in its logarithm. Default: 3.3.</value>
    public double MaximumAspect { get; init; } = 3.3;

    /// <param name="image">[H, W, C], normalized: the mean is 0.</param>
    public void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        if (rng.Double(0) >= Probability)
            return;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var draw = rng.Derive(attempt);
            var area = draw.Uniform(0, MinimumArea, MaximumArea) * shape.Pixels;
            var aspect = Math.Exp(draw.Uniform(1, -1, 1) * Math.Log(MaximumAspect));
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

    public override IEnumerable<Problem> Validate() =>
    [
        .. Require(Probability is >= 0 and <= 1, "augmentation.random_erasing", "a probability from 0 to 1", Probability),
        .. Require(MinimumArea is > 0 and <= 1, "augmentation.random_erasing_minimum_area", "a share of the image above 0, at most 1", MinimumArea),
        .. Require(MaximumArea <= 1 && MaximumArea >= MinimumArea, "augmentation.random_erasing_maximum_area", "a share of the image from the minimum area to 1", MaximumArea),
        .. Require(MaximumAspect is >= 1 and <= 100, "augmentation.random_erasing_aspect", "a ratio from 1 to 100", MaximumAspect),
    ];
}
