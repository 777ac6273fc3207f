namespace Weft.Training;

/// <summary>What is measured of one sample for the suspected reasons. Each is 0 for a usual picture of its class, and larger is worse.</summary>
/// <param name="Blur">Standard deviations by which it is less sharp than its class's training images (of the logarithm).</param>
/// <param name="Dullness">The same for the contrast.</param>
/// <param name="Noise">Standard deviations by which it is noisier (of the logarithm).</param>
/// <param name="Likeness">See <see cref="PixelPrototypes.Likeness"/>.</param>
/// <param name="Unusualness">See <see cref="PixelPrototypes.Unusualness"/>.</param>
/// <param name="Rarity">How often the training images of its class must be doubled to reach the median class: 0, 1, 2 …</param>
public readonly record struct SampleMeasures(double Blur, double Dullness, double Noise, double Likeness, double Unusualness, double Rarity);

/// <summary>Measures samples against the training images of their classes.</summary>
internal sealed class SampleMeter
{
    private const double Least = 1e-6; // a plain picture has no sharpness, and no logarithm

    private readonly ImageSamples _train;
    private readonly (double Mean, double Deviation)[][] _quality;
    private readonly double[] _rarity;

    public SampleMeter(ImageSamples train, IReadOnlyList<int> rows, int classCount)
    {
        _train = train;
        Prototypes = PixelPrototypes.Of(train, rows, classCount);
        Counts = new int[classCount];
        var logs = Enumerable.Range(0, classCount).Select(_ => new List<double[]>()).ToArray();
        foreach (var row in rows)
        {
            Counts[train.Label(row)]++;
            logs[train.Label(row)].Add(Logarithms(train.Image(row), train.Shape));
        }

        _quality = [.. logs.Select(list => Enumerable.Range(0, 3).Select(i => Moments([.. list.Select(values => values[i])])).ToArray())];
        var present = Counts.Where(count => count > 0).Order().ToArray();
        var median = present.Length == 0 ? 0 : present[present.Length / 2];
        _rarity = [.. Counts.Select(count => count == 0 ? 0 : Math.Max(0, Math.Round(Math.Log2((double)median / count))))];
    }

    public PixelPrototypes Prototypes { get; }

    /// <summary>Training images of each class.</summary>
    public int[] Counts { get; }

    public SampleMeasures Of(ReadOnlySpan<byte> image, int label)
    {
        var logarithms = Logarithms(image, _train.Shape);
        double Deviations(int i) => _quality[label][i] is { Deviation: > 0 } usual ? (logarithms[i] - usual.Mean) / usual.Deviation : 0;
        return new SampleMeasures(
            -Deviations(0), -Deviations(1), Deviations(2), Prototypes.Likeness(image, label), Prototypes.Unusualness(image, label), _rarity[label]);
    }

    private static double[] Logarithms(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var quality = ImageQuality.Of(image, shape);
        return [Math.Log(quality.Sharpness + Least), Math.Log(quality.Contrast + Least), Math.Log(quality.Noise + Least)];
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        if (values.Length == 0)
            return (0, 0);
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }
}
