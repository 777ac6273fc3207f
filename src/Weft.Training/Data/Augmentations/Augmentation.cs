namespace Weft.Training;

/// <summary>
/// A random change of training images. What it does to a sample in an epoch is a pure function of the generator it is given, which is derived from
/// (seed, epoch, sample): neither the batch nor the other augmentations matter.
/// </summary>
public abstract record Augmentation
{
    /// <summary>What is wrong with the strengths; empty when nothing is.</summary>
    public abstract IEnumerable<Problem> Validate();

    internal static IEnumerable<Problem> Require(bool isFine, string key, string expected, double found)
    {
        if (!isFine)
            yield return new Problem(key, expected, found.ToString());
    }
}

/// <summary>An augmentation that moves pixels.</summary>
public abstract record GeometricAugmentation : Augmentation
{
    /// <summary>Where each pixel of the new image comes from.</summary>
    public abstract AffineMap Draw(Rng rng, FeatureShape shape);
}

/// <summary>An augmentation that combines an image with that of another sample.</summary>
public abstract record MixingAugmentation : Augmentation
{
    /// <summary>Changes <paramref name="image"/> and returns the share of the first sample's label in the target.</summary>
    /// <param name="image">[H, W, C], normalized.</param>
    /// <param name="other">The other sample's image.</param>
    public abstract float Mix(Rng rng, FeatureShape shape, Span<float> image, ReadOnlySpan<float> other);
}
