using Weft;
using Weft.Training;

namespace Custom;

/// <summary>Pictures of 8 × 8 made on the spot: lines across, lines down, or a chequer, under noise.</summary>
internal static class Patterns
{
    public static ImageDataset Create(int count) =>
        new("patterns", Samples(count, seed: 1), () => Samples(60, seed: 2), ["across", "down", "chequer"]);

    private static ImageSamples Samples(int count, int seed)
    {
        var shape = new FeatureShape(8, 8, 1);
        var random = new Random(seed);
        var labels = Enumerable.Range(0, count).Select(i => i % 3).ToArray();
        var images = new byte[count * shape.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (x, y) = (i % shape.Width, i / shape.Width % shape.Height);
            var isBright = labels[i / shape.Length] switch { 0 => y % 2 == 0, 1 => x % 2 == 0, _ => (x + y) % 2 == 0 };
            images[i] = (byte)((isBright ? 40 : 0) + random.Next(200));
        }

        return new ImageSamples(shape, images, labels, fingerprint: $"patterns-{seed}");
    }
}
