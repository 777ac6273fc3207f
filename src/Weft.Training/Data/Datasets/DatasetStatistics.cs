namespace Weft.Training;

/// <summary>Mean and (population) standard deviation of each channel on the 0…1 scale.</summary>
public sealed record DatasetStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation)
{
    /// <summary>
    /// Over all pixels of the named samples, from an exact histogram of the 256 byte values: the order of samples changes no bit.
    /// A channel that never changes gets the deviation 1, so that normalizing it gives zeros.
    /// </summary>
    /// <exception cref="ArgumentException">No samples.</exception>
    public static DatasetStatistics Of(ImageSamples samples, IReadOnlyList<int> indices)
    {
        if (indices.Count == 0)
            throw new ArgumentException("Statistics need at least one sample but received none.", nameof(indices));
        var channels = samples.Shape.Channels;
        var counts = new long[channels * 256];
        foreach (var index in indices)
        {
            var image = samples.Image(index);
            for (var i = 0; i < image.Length; i += channels)
            {
                for (var c = 0; c < channels; c++)
                    counts[c * 256 + image[i + c]]++;
            }
        }

        var mean = new double[channels];
        var deviation = new double[channels];
        var pixels = (double)indices.Count * samples.Shape.Pixels;
        for (var c = 0; c < channels; c++)
        {
            UInt128 sum = 0, squares = 0;
            for (var value = 0; value < 256; value++)
            {
                var count = (UInt128)counts[c * 256 + value];
                sum += count * (uint)value;
                squares += count * (uint)(value * value);
            }

            mean[c] = (double)sum / pixels / 255;
            // n·Σx² − (Σx)² in integers: no cancellation.
            var spread = (double)((UInt128)pixels * squares - sum * sum);
            deviation[c] = spread > 0 ? Math.Sqrt(spread) / pixels / 255 : 1;
        }

        return new DatasetStatistics(mean, deviation);
    }

    /// <summary>Statistics of so many channels by which bytes stay the numbers that they are.</summary>
    internal static DatasetStatistics OfBytes(int channels) => new(new double[channels], [.. Enumerable.Repeat(1.0 / 255, channels)]);

    /// <summary>The mean of each channel as a byte.</summary>
    internal byte[] MeanBytes() => [.. Mean.Select(mean => (byte)Math.Clamp(Math.Round(mean * 255), 0, 255))];

    /// <summary>Normalized values by byte: entry channel · 256 + byte is (byte / 255 − mean) / deviation.</summary>
    public float[] CreateTable()
    {
        var table = new float[Mean.Count * 256];
        for (var i = 0; i < table.Length; i++)
            table[i] = (float)((i % 256 / 255.0 - Mean[i / 256]) / StandardDeviation[i / 256]);
        return table;
    }
}
