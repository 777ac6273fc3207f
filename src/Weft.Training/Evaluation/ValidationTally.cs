using System.Buffers;

namespace Weft.Training;

/// <summary>Gathers what <see cref="EpochObserved"/> tells while a validation runs.</summary>
/// <param name="sampleCount">How many samples, from the first on, are told one by one.</param>
internal sealed class ValidationTally(int classCount, int sampleCount)
{
    private const int Bins = 51; // precision and recall every 0.02
    private const int Decimals = 5;

    private readonly int[] _confusion = new int[classCount * classCount];
    private readonly int[] _own = new int[classCount * Bins];
    private readonly int[] _other = new int[classCount * Bins];
    private readonly List<float> _samples = [];
    private readonly List<int> _predictions = [];
    private float[] _probabilities = [];

    /// <summary>[classes, classes]: samples by label and prediction.</summary>
    public IReadOnlyList<int> Confusion => _confusion;

    public void Add(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels)
    {
        if (_probabilities.Length != logits.Length)
            _probabilities = new float[logits.Length];
        SoftmaxCrossEntropy.Probabilities(logits, classCount, _probabilities);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = _probabilities.AsSpan(i * classCount, classCount);
            var prediction = SoftmaxCrossEntropy.ArgMax(row);
            _predictions.Add(prediction);
            if (prediction >= 0)
                _confusion[labels[i] * classCount + prediction]++;
            for (var k = 0; k < classCount; k++)
            {
                if (float.IsFinite(row[k]))
                    (k == labels[i] ? _own : _other)[k * Bins + Math.Clamp((int)(row[k] * (Bins - 1)), 0, Bins - 1)]++;
            }

            if (_samples.Count < sampleCount * classCount)
                _samples.AddRange(row.ToArray().Select(p => MathF.Round(p, Decimals)));
        }
    }

    /// <param name="withGradients">Whether the gradients are those of the epoch's last step.</param>
    public EpochObserved ToEvent(int epoch, long step, Network network, bool withGradients)
    {
        var weights = network.Parameters.Where(parameter => parameter.Kind == ParameterKind.Weight).ToList();
        return new EpochObserved(
            epoch, step, classCount, _confusion, new ScoreCounts(Bins, _own, _other), _samples,
            [.. weights.Select(parameter => HistogramOf(parameter.Value))],
            withGradients ? [.. weights.Select(parameter => HistogramOf(parameter.Gradient))] : [])
        {
            Predictions = EpochObserved.Pack(_predictions, classCount),
        };
    }

    private static TensorHistogram HistogramOf(DeviceTensor tensor)
    {
        var values = ArrayPool<float>.Shared.Rent(tensor.Length);
        tensor.CopyTo(values.AsSpan(0, tensor.Length));
        var histogram = HistogramOf(tensor.Name, values.AsSpan(0, tensor.Length));
        ArrayPool<float>.Shared.Return(values);
        return histogram;
    }

    public static TensorHistogram HistogramOf(string name, ReadOnlySpan<float> values)
    {
        const int Width = 30;
        var (minimum, maximum) = (float.PositiveInfinity, float.NegativeInfinity);
        var finite = 0L;
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                continue;
            finite++;
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }

        if (finite == 0)
            return new TensorHistogram(name, 0, 0, []);
        if (minimum == maximum)
            return new TensorHistogram(name, minimum, maximum, [finite]);
        var counts = new long[Width];
        var perUnit = Width / ((double)maximum - minimum);
        foreach (var value in values)
        {
            if (float.IsFinite(value))
                counts[Math.Min((int)(((double)value - minimum) * perUnit), Width - 1)]++;
        }

        return new TensorHistogram(name, minimum, maximum, counts);
    }
}
