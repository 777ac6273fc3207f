using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>A row of <c>metrics.csv</c>: one epoch.</summary>
public sealed record MetricsRow(
    int Epoch, long Step, double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate,
    double Seconds, double ImagesPerSecond)
{
    public const string Header = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second";

    /// <summary>
    /// The last column: CRC-32 of the row up to the comma before it, and of the further columns' names after a comma each, eight hexadecimal digits. Runs of
    /// 0.1 have none.
    /// </summary>
    public const string ChecksumColumn = ",crc32";

    private const int Columns = 9;

    /// <value>The metrics that have columns after the nine. Default: none.</value>
    public MetricValues Further { get; init; } = MetricValues.None;

    /// <summary>The header of a file with further columns.</summary>
    public static string HeaderOf(IEnumerable<string> further) => string.Join(',', further.Prepend(Header));

    /// <summary>Shortest texts that read back to the same numbers.</summary>
    public string ToCsv() => ToCsv(Further.Select(value => value.Key));

    /// <summary>As the other, for a file that has these further columns.</summary>
    public string ToCsv(IEnumerable<string> further)
    {
        var nine = string.Create(
            CultureInfo.InvariantCulture,
            $"{Epoch},{Step},{TrainLoss},{TrainAccuracy},{ValidationLoss},{ValidationAccuracy},{LearningRate},{Seconds:0.###},{ImagesPerSecond:0.#}");
        return string.Join(',', further.Select(name => Further[name].ToString(CultureInfo.InvariantCulture)).Prepend(nine));
    }

    /// <summary>The row as CSV, with its checksum as the last column.</summary>
    public string ToCheckedCsv(IEnumerable<string> further)
    {
        var text = ToCsv(further);
        return $"{text},{Checksum(text, further)}";
    }

    /// <summary>Null for a line that is no row: the header, numbers that no epoch can have, a checksum that does not match.</summary>
    /// <param name="line">With or without a checksum.</param>
    /// <param name="further">The names of the columns after the nine.</param>
    public static MetricsRow? Parse(ReadOnlySpan<char> line, params IReadOnlyList<string> further)
    {
        var numbers = new double[Columns + further.Count];
        var count = 0;
        foreach (var field in line.Split(','))
        {
            if (count == numbers.Length)
                return field.End.GetOffset(line.Length) == line.Length
                    && Checksum(line[..(field.Start.GetOffset(line.Length) - 1)].ToString(), further) == line[field].ToString()
                        ? Of(numbers, further)
                        : null;
            if (!double.TryParse(line[field], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[count++]))
                return null;
        }

        return count < numbers.Length ? null : Of(numbers, further);
    }

    /// <summary>Whether the row says something that an epoch can have been.</summary>
    internal static bool IsPossible(int epoch, long step, double trainAccuracy, double validationAccuracy, double seconds, double imagesPerSecond) =>
        epoch is >= 1 and <= RunLimits.Epochs && step is >= 1 and <= RunLimits.Steps && RunLimits.IsShare(trainAccuracy)
            && RunLimits.IsShare(validationAccuracy)
        && RunLimits.IsDuration(seconds) && double.IsFinite(imagesPerSecond) && imagesPerSecond >= 0;

    // A name that is damaged is a row that is damaged: its value would be taken for another metric's.
    private static string Checksum(string row, IEnumerable<string> further) => LineChecksum.Of(Encoding.UTF8.GetBytes(string.Join(',', further.Prepend(row))));

    private static MetricsRow? Of(ReadOnlySpan<double> numbers, IReadOnlyList<string> further)
    {
        if (!(numbers[0] is >= 1 and <= RunLimits.Epochs && numbers[1] is >= 1 and <= RunLimits.Steps))
            return null;
        var more = numbers[Columns..].ToArray();
        var row = new MetricsRow((int)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8])
        {
            Further = further.Count == 0 ? MetricValues.None : new MetricValues(further.Select((name, i) => KeyValuePair.Create(name, more[i]))),
        };
        return IsPossible(row.Epoch, row.Step, row.TrainAccuracy, row.ValidationAccuracy, row.Seconds, row.ImagesPerSecond) ? row : null;
    }
}
