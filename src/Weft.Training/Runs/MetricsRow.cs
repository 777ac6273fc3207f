using System.Globalization;

namespace Weft.Training;

/// <summary>A row of <c>metrics.csv</c>: one epoch.</summary>
public sealed record MetricsRow(
    int Epoch, long Step, double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate,
    double Seconds, double ImagesPerSecond)
{
    public const string Header = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second";

    /// <summary>Shortest texts that read back to the same numbers.</summary>
    public string ToCsv() => string.Create(CultureInfo.InvariantCulture,
        $"{Epoch},{Step},{TrainLoss},{TrainAccuracy},{ValidationLoss},{ValidationAccuracy},{LearningRate},{Seconds:0.###},{ImagesPerSecond:0.#}");

    /// <summary>Null for a line that is no row (the header, a torn line).</summary>
    public static MetricsRow? Parse(ReadOnlySpan<char> line)
    {
        Span<double> numbers = stackalloc double[9];
        var count = 0;
        foreach (var field in line.Split(','))
        {
            if (count == numbers.Length || !double.TryParse(line[field], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[count++]))
                return null;
        }

        return count < numbers.Length ? null
            : new MetricsRow((int)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]);
    }
}
