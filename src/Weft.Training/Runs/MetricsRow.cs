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
    public static MetricsRow? Parse(string line)
    {
        var fields = line.Split(',');
        var numbers = new double[9];
        if (fields.Length != numbers.Length)
            return null;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!double.TryParse(fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }

        return new MetricsRow((int)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]);
    }
}
