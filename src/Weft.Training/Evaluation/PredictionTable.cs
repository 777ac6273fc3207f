using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>What a network said about every sample of a split, in the split's order. Every metric and picture of an evaluation is made from it.</summary>
public sealed class PredictionTable
{
    private readonly int[] _indices;
    private readonly int[] _labels;
    private readonly int[] _predictions;
    private readonly float[] _losses;
    private readonly float[] _probabilities;

    internal PredictionTable(int[] indices, int[] labels, float[] probabilities, float[] losses, int classCount)
    {
        (_indices, _labels, _probabilities, _losses, ClassCount) = (indices, labels, probabilities, losses, classCount);
        _predictions = [.. Enumerable.Range(0, labels.Length).Select(row => SoftmaxCrossEntropy.ArgMax(Probabilities(row)))];
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

    /// <summary><c>index,label,prediction,loss,p0…pN</c>, numbers as the shortest text that reads back to the same.</summary>
    public void WriteCsv(TextWriter writer)
    {
        writer.Write("index,label,prediction,loss");
        for (var k = 0; k < ClassCount; k++)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $",p{k}"));
        writer.Write('\n');
        var line = new StringBuilder();
        for (var row = 0; row < Count; row++)
        {
            line.Clear().Append(CultureInfo.InvariantCulture, $"{_indices[row]},{_labels[row]},{_predictions[row]},{_losses[row]}");
            foreach (var probability in Probabilities(row))
                line.Append(CultureInfo.InvariantCulture, $",{probability}");
            writer.Write(line.Append('\n'));
        }
    }
}
