using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>What a network said about every sample of a split, in the split's order. Every metric and picture of an evaluation is made from it.</summary>
public sealed class PredictionTable
{
    private static readonly string[] Leading = ["index", "label", "prediction", "loss"];

    private readonly int[] _indices;
    private readonly int[] _labels;
    private readonly int[] _predictions;
    private readonly float[] _losses;
    private readonly float[] _probabilities;

    /// <param name="predictions">Default: the most probable classes.</param>
    internal PredictionTable(int[] indices, int[] labels, float[] probabilities, float[] losses, int classCount, int[]? predictions = null)
    {
        (_indices, _labels, _probabilities, _losses, ClassCount) = (indices, labels, probabilities, losses, classCount);
        _predictions = predictions ?? [.. Enumerable.Range(0, labels.Length).Select(row => SoftmaxCrossEntropy.ArgMax(Probabilities(row)))];
    }

    public int Count => _labels.Length;

    public int ClassCount { get; }

    /// <summary>Each sample's number in the data set's files.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The most probable class, of equals the first; −1 where a probability is NaN.</summary>
    public ReadOnlySpan<int> Predictions => _predictions;

    /// <summary>−log of the label's probability.</summary>
    public ReadOnlySpan<float> Losses => _losses;

    public ReadOnlySpan<float> Probabilities(int row) => _probabilities.AsSpan(row * ClassCount, ClassCount);

    /// <summary>Reads what <see cref="WriteCsv"/> wrote.</summary>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: it is no table of predictions.</exception>
    public static PredictionTable ReadCsv(TextReader reader, string where)
    {
        var columns = (reader.ReadLine() ?? "").Split(',');
        var classes = columns.Length - Leading.Length;
        if (classes < 2 || !columns.Take(Leading.Length).SequenceEqual(Leading))
            throw Damaged(where, 1, string.Join(',', Leading) + ",p0…", string.Join(',', columns));
        var (indices, labels, predictions) = (new List<int>(), new List<int>(), new List<int>());
        var (losses, probabilities) = (new List<float>(), new List<float>());
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            var fields = line.Split(',');
            try
            {
                if (fields.Length != columns.Length)
                    throw new FormatException($"{fields.Length} values");
                indices.Add(int.Parse(fields[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                labels.Add(int.Parse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture));
                predictions.Add(int.Parse(
                    fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)); // rounded probabilities need not show which was the largest
                losses.Add(float.Parse(fields[3], CultureInfo.InvariantCulture));
                for (var k = 0; k < classes; k++)
                    probabilities.Add(float.Parse(fields[Leading.Length + k], CultureInfo.InvariantCulture));
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException)
            {
                throw Damaged(where, number, $"{columns.Length} numbers", wrong.Message);
            }
        }

        return new PredictionTable([.. indices], [.. labels], [.. probabilities], [.. losses], classes, [.. predictions]);
    }

    private static WeftException Damaged(string where, int line, string expected, string found) => new(ErrorKind.IoError, "the prediction table cannot be read")
    {
        Where = $"{where}:{line}", Expected = expected, Found = found, Next = new Advice("evaluate the run again: that writes the table anew"),
    };

    /// <summary><c>index,label,prediction,loss,p0…pN</c>.</summary>
    /// <param name="writer">Gets the table.</param>
    /// <param name="decimals">To which losses and probabilities are rounded. Default: numbers as the shortest text that reads back to the same.</param>
    public void WriteCsv(TextWriter writer, int? decimals = null)
    {
        writer.Write("index,label,prediction,loss");
        for (var k = 0; k < ClassCount; k++)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $",p{k}"));
        writer.Write('\n');
        var line = new StringBuilder();
        for (var row = 0; row < Count; row++)
        {
            line.Clear().Append(CultureInfo.InvariantCulture, $"{_indices[row]},{_labels[row]},{_predictions[row]},{Rounded(_losses[row])}");
            foreach (var probability in Probabilities(row))
                line.Append(CultureInfo.InvariantCulture, $",{Rounded(probability)}");
            writer.Write(line.Append('\n'));
        }

        float Rounded(float value) => decimals is { } digits ? MathF.Round(value, digits) : value;
    }
}
