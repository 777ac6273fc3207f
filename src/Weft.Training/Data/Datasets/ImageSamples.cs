using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>Images as bytes [count, height, width, channels] with one label each.</summary>
public sealed class ImageSamples
{
    private readonly ImageStore _store;

    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public ImageSamples(FeatureShape shape, ReadOnlyMemory<byte> images, ReadOnlyMemory<int> labels, string fingerprint)
        : this(shape, new ResidentImages(images, shape.Length), labels, fingerprint)
    {
        if ((long)labels.Length * shape.Length != images.Length)
            throw new ArgumentException(
                $"{labels.Length} labels need {(long)labels.Length * shape.Length} bytes of {shape} images but received {images.Length}.");
    }

    internal ImageSamples(FeatureShape shape, ImageStore store, ReadOnlyMemory<int> labels, string fingerprint) =>
        (Shape, _store, Labels, GivenLabels, Fingerprint) = (shape, store, labels, labels, fingerprint);

    public FeatureShape Shape { get; }

    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>SHA-256 (lower-case hexadecimal) over the SHA-256 of each unpacked file these samples came from, a line each.</summary>
    public string Fingerprint { get; }

    public int Count => Labels.Length;

    /// <summary>Bytes of memory that these samples take as long as they are in use.</summary>
    internal long ResidentBytes => _store.ResidentBytes + (long)Labels.Length * sizeof(int);

    /// <summary>A picture's pixels, laid out as [height, width, channels]. Several threads may ask at once.</summary>
    public ReadOnlySpan<byte> Image(int index) => _store.Image(index);

    public int Label(int index) => Labels.Span[index];

    /// <summary>
    /// The same pictures with longer sides, for augmentations that magnify parts of them; they are decoded when they are first asked for. Null where there is
    /// no more to be had.
    /// </summary>
    internal Lazy<ImageSamples>? Larger { get; init; }

    /// <summary>How samples are named outside of the program; null where they have no files.</summary>
    internal SampleOrigins? Origins { get; init; }

    /// <summary>Samples that somebody found to be of no use: they are neither trained on nor measured, and keep their numbers.</summary>
    internal IReadOnlySet<int> LeftOut { get; private init; } = new HashSet<int>();

    /// <summary>The numbers of the samples that are not left out.</summary>
    internal int[] Used => [.. Enumerable.Range(0, Count).Where(i => !LeftOut.Contains(i))];

    /// <summary>The labels as the data have them, before they were corrected: by these samples are divided.</summary>
    internal ReadOnlyMemory<int> GivenLabels { get; private init; }

    /// <summary>The same pictures with these labels.</summary>
    internal ImageSamples With(ReadOnlyMemory<int> labels, string fingerprint, SampleOrigins? origins = null) =>
        new(Shape, _store, labels, fingerprint) { Larger = Larger, Origins = origins };

    /// <summary>The same pictures with labels that are right.</summary>
    internal ImageSamples Corrected(ReadOnlyMemory<int> labels, IReadOnlySet<int> leftOut, string fingerprint) =>
        new(Shape, _store, labels, fingerprint) { Larger = Larger, Origins = Origins, LeftOut = leftOut, GivenLabels = GivenLabels };

    /// <summary>As <see cref="Image"/>, to be kept.</summary>
    internal ReadOnlyMemory<byte> Pixels(int index) => _store.Pixels(index);

    /// <summary>SHA-256 over texts, a line each; lower-case hexadecimal.</summary>
    internal static string Combine(params ReadOnlySpan<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines!) + "\n")));
}
