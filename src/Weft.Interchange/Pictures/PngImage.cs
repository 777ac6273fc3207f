using Weft.Training;

namespace Weft.Interchange;

/// <summary>Images as the bytes of PNG files.</summary>
internal static class PngImage
{
    /// <param name="pixels">[height, width, channels]; 1 channel is gray, 3 are red, green, blue.</param>
    /// <exception cref="ArgumentException">The length does not fit, or another number of channels.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var file = new MemoryStream();
        PngWriter.Write(file, new FeatureShape(height, width, channels), pixels);
        return file.ToArray();
    }
}
