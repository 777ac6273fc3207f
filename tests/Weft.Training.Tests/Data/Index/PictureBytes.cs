namespace Weft.Training.Tests;

/// <summary>Small pictures of noise, each seed another one.</summary>
internal static class PictureBytes
{
    public static byte[] Png(int seed, int width = 24, int height = 24, int channels = 3)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        using var stream = new MemoryStream();
        PngWriter.Write(
            stream, new FeatureShape(height, width, channels), [.. Enumerable.Range(0, width * height * channels).Select(i => (byte)rng.Int(i, 256))]);
        return stream.ToArray();
    }

    public static void Write(string path, int seed, int width = 24, int height = 24, int channels = 3)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Png(seed, width, height, channels));
    }
}
