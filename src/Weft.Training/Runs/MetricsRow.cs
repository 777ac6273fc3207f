using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>A row of <c>metrics.csv</c>: one epoch.</summary>
public sealed record MetricsRow(
    int Epoch, long Step, double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate,
    double Seconds, double ImagesPerSecond)
{
    public const string Header = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second";

    /// <summary>The last column: CRC-32 of the row up to the comma before it, eight hexadecimal digits. Runs of 0.1 have none.</summary>
    public const string ChecksumColumn = ",crc32";

    private const int Columns = 9;

    /// <summary>Shortest texts that read back to the same numbers.</summary>
    public string ToCsv() => string.Create(CultureInfo.InvariantCulture,
        $"{Epoch},{Step},{TrainLoss},{TrainAccuracy},{ValidationLoss},{ValidationAccuracy},{LearningRate},{Seconds:0.###},{ImagesPerSecond:0.#}");

    /// <summary>With its checksum.</summary>
    public string ToCheckedCsv()
    {
        var text = ToCsv();
        return $"{text},{LineChecksum.Of(Encoding.UTF8.GetBytes(text))}";
    }

    /// <summary>Null for a line that is no row: the header, numbers that no epoch can have, a checksum that does not match.</summary>
    public static MetricsRow? Parse(ReadOnlySpan<char> line)
    {
        Span<double> numbers = stackalloc double[Columns];
        var count = 0;
        foreach (var field in line.Split(','))
        {
            if (count == Columns)
                return field.End.GetOffset(line.Length) == line.Length
                    && LineChecksum.Of(Encoding.UTF8.GetBytes(line[..(field.Start.GetOffset(line.Length) - 1)].ToString())) == line[field].ToString()
                        ? Of(numbers)
                        : null;
            if (!double.TryParse(line[field], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[count++]))
                return null;
        }

        return count < Columns ? null : Of(numbers);
    }

    /// <summary>Whether the row says something that an epoch can have been.</summary>
    internal static bool IsPossible(int epoch, long step, double trainAccuracy, double validationAccuracy, double seconds, double imagesPerSecond) =>
        epoch is >= 1 and <= RunLimits.Epochs && step is >= 1 and <= RunLimits.Steps && RunLimits.IsShare(trainAccuracy)
            && RunLimits.IsShare(validationAccuracy)
        && RunLimits.IsDuration(seconds) && double.IsFinite(imagesPerSecond) && imagesPerSecond >= 0;

    private static MetricsRow? Of(ReadOnlySpan<double> numbers)
    {
        if (!(numbers[0] is >= 1 and <= RunLimits.Epochs && numbers[1] is >= 1 and <= RunLimits.Steps))
            return null;
        var row = new MetricsRow((int)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8]);
        return IsPossible(row.Epoch, row.Step, row.TrainAccuracy, row.ValidationAccuracy, row.Seconds, row.ImagesPerSecond) ? row : null;
    }
}
