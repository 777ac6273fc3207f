namespace Weft.Training.Tests;

/// <summary>Small random data sets.</summary>
internal static class SyntheticImages
{
    public static ImageSamples Create(int count, int classCount = 10, int height = 28, int width = 28, int channels = 1, long seed = 1)
    {
        var shape = new FeatureShape(height, width, channels);
        var rng = Rng.For(seed, RngPurpose.Analysis);
        var images = new byte[count * shape.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = (byte)rng.UInt64(i);
        var labels = new int[count];
        for (var i = 0; i < count; i++)
            labels[i] = i % classCount;
        return new ImageSamples(shape, images, labels, "synthetic");
    }

    public static int[] All(ImageSamples samples) => [.. Enumerable.Range(0, samples.Count)];
}
