using System.Reflection;
using System.Text;

namespace Weft.Training;

/// <summary>
/// A random change of training images. What it does to a sample in an epoch is a pure function of the generator it is given, which is derived from (seed,
/// epoch, sample) and <see cref="RandomStreamAttribute"/>: neither the batch nor the other augmentations matter. In a configuration its first option is the key
/// of its name, and 0 is off.
/// </summary>
public abstract record Augmentation : OptionsRecord
{
    /// <summary>Whether it changes anything.</summary>
    public abstract bool IsOn { get; }

    /// <summary>The number of the stream it draws from, see <see cref="RandomStreamAttribute"/>.</summary>
    internal ulong Stream => GetType().GetCustomAttribute<RandomStreamAttribute>()?.Number ?? Hash(GetType().Name);

    internal int Order => GetType().GetCustomAttribute<RandomStreamAttribute>()?.Order ?? 0;

    // FNV-1a: the same number for the same name, everywhere and always, and none of those that are given by hand.
    private static ulong Hash(string name) => Encoding.UTF8.GetBytes(name).Aggregate(14695981039346656037UL, (hash, value) => (hash ^ value) * 1099511628211UL);
}

/// <summary>An augmentation that moves pixels. All that are on become one map.</summary>
public abstract record GeometricAugmentation : Augmentation
{
    /// <summary>Where each pixel of the new image comes from.</summary>
    public abstract AffineMap Draw(Rng rng, FeatureShape shape);
}

/// <summary>
/// An augmentation of an image as files have it: in bytes, after its pixels were moved and before they are normalized. What other programs define on pictures
/// is such a one. A value that a pixel gets is rounded as Pillow rounds it.
/// </summary>
public abstract record ByteAugmentation : Augmentation
{
    /// <param name="rng">The sample's generator for this augmentation in this epoch.</param>
    /// <param name="shape">The image's.</param>
    /// <param name="image">[H, W, C], red first where there are three channels.</param>
    /// <param name="fill">The value of each channel where pixels move in from outside; empty for the nearest pixel of the image.</param>
    public abstract void Apply(Rng rng, FeatureShape shape, Span<byte> image, ReadOnlySpan<byte> fill);
}

/// <summary>An augmentation that changes the values of an image's pixels, after they were moved.</summary>
public abstract record PixelAugmentation : Augmentation
{
    /// <param name="rng">The sample's generator for this augmentation in this epoch.</param>
    /// <param name="shape">The image's.</param>
    /// <param name="image">[H, W, C], normalized: 0 is the data set's mean of the channel, 1 its standard deviation.</param>
    public abstract void Apply(Rng rng, FeatureShape shape, Span<float> image);
}

/// <summary>An augmentation that combines an image with that of another sample. Where several are on, a draw chooses one for each sample.</summary>
public abstract record MixingAugmentation : Augmentation
{
    /// <summary>Changes <paramref name="image"/> and returns the share of the first sample's label in the target.</summary>
    /// <param name="rng">The sample's generator for this augmentation in this epoch.</param>
    /// <param name="shape">The image's.</param>
    /// <param name="image">[H, W, C], normalized.</param>
    /// <param name="other">The other sample's image.</param>
    public abstract float Mix(Rng rng, FeatureShape shape, Span<float> image, ReadOnlySpan<float> other);
}

/// <summary>
/// Which part of a sample's randomness an augmentation draws from, so that switching one changes no other. Part of every run's bits: a number is never given
/// again. An augmentation without this attribute draws from a stream that follows from the name of its type.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RandomStreamAttribute(uint number) : Attribute
{
    public ulong Number => number;

    /// <summary>Among those of its kind an augmentation with a higher number applies later; of equals the one with the lower stream comes first.</summary>
    public int Order { get; init; }
}
