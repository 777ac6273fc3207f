namespace Weft.Training.Tests;

/// <summary>Pictures of 12 × 12 with faint stripes in one of four directions under strong noise; faults are planted into them.</summary>
internal sealed record PlantedImages
{
    public const int Classes = 4;

    private static readonly FeatureShape Shape = new(12, 12, 1);

    public int Train { get; init; } = 800;

    public int Test { get; init; } = 400;

    /// <summary>Share of the training labels that are wrong.</summary>
    public double Flipped { get; init; }

    /// <summary>Class whose test images are blurred.</summary>
    public int? Blurred { get; init; }

    /// <summary>Class that keeps one training image in twenty.</summary>
    public int? Rare { get; init; }

    /// <summary>Share of the images one half of which shows another class, so that nobody can tell: mistakes that have none of the faults.</summary>
    public double Ambiguous { get; init; }

    /// <summary>Height of the stripes over the noise, which has 100.</summary>
    public int Strength { get; init; } = 40;

    /// <summary>Numbers of the training images whose label was flipped.</summary>
    public HashSet<int> FlippedIndices { get; } = [];

    public ImageDataset Dataset()
    {
        var train = Draw(Train, seed: 1, isTest: false);
        return new ImageDataset("planted", train, () => Draw(Test, seed: 2, isTest: true), [.. Enumerable.Range(0, Classes).Select(label => $"class {label}")]);
    }

    private ImageSamples Draw(int count, long seed, bool isTest)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        var labels = Enumerable.Range(0, count).Select(i => i % Classes)
            .Where((label, i) => isTest || label != Rare || rng.Derive(i).Int(5, 20) == 0).ToArray();
        var images = new byte[labels.Length * Shape.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var image = images.AsSpan(i * Shape.Length, Shape.Length);
            var own = rng.Derive(i);
            var other = own.Double(6) < Ambiguous ? own.Int(7, Classes) : labels[i];
            var isUpper = own.Int(8, 2) == 0;
            for (var p = 0; p < image.Length; p++)
            {
                var (y, x) = Math.DivRem(p, Shape.Width);
                var phase = (y < Shape.Height / 2 == isUpper ? labels[i] : other) switch { 0 => x, 1 => y, 2 => x + y, _ => x - y + Shape.Width }
                    + own.Int(1, 4);
                image[p] = (byte)(50 + (phase % 4 < 2 ? Strength : 0) + own.Int(100 + p, 100));
            }

            if (isTest && labels[i] == Blurred)
                Blur(image);
            if (!isTest && own.Double(3) < Flipped && FlippedIndices.Add(i))
                labels[i] = (labels[i] + 1 + own.Int(4, Classes - 1)) % Classes;
        }

        return new ImageSamples(Shape, images, labels, $"planted {this with { Test = 0 }}");
    }

    private static void Blur(Span<byte> image)
    {
        for (var round = 0; round < 2; round++)
        {
            var sharp = image.ToArray();
            for (var p = 0; p < image.Length; p++)
            {
                var (y, x) = Math.DivRem(p, Shape.Width);
                var (sum, places) = (0, 0);
                for (var dy = -1; dy <= 1; dy++)
                    for (var dx = -1; dx <= 1; dx++)
                    {
                        if ((uint)(y + dy) < (uint)Shape.Height && (uint)(x + dx) < (uint)Shape.Width)
                            (sum, places) = (sum + sharp[(y + dy) * Shape.Width + x + dx], places + 1);
                    }

                image[p] = (byte)(sum / places);
            }
        }
    }
}
