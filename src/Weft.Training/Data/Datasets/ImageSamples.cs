using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>Images as bytes [count, height, width, channels] with one label each.</summary>
public sealed class ImageSamples
{
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public ImageSamples(FeatureShape shape, ReadOnlyMemory<byte> images, ReadOnlyMemory<byte> labels, string fingerprint)
    {
        if ((long)labels.Length * shape.Length != images.Length)
            throw new ArgumentException(
                $"{labels.Length} labels need {(long)labels.Length * shape.Length} bytes of {shape} images but received {images.Length}.");
        Shape = shape;
        Images = images;
        Labels = labels;
        Fingerprint = fingerprint;
    }

    public FeatureShape Shape { get; }

    public ReadOnlyMemory<byte> Images { get; }

    public ReadOnlyMemory<byte> Labels { get; }

    /// <summary>SHA-256 (lower-case hexadecimal) over the SHA-256 of each unpacked file these samples came from, a line each.</summary>
    public string Fingerprint { get; }

    public int Count => Labels.Length;

    public ReadOnlySpan<byte> Image(int index) => Images.Span.Slice(index * Shape.Length, Shape.Length);

    public int Label(int index) => Labels.Span[index];

    internal static string Combine(params ReadOnlySpan<string> hashes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', hashes!) + "\n")));
}
