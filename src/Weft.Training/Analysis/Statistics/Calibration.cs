using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>Predictions whose confidence lies in (<paramref name="Low"/>, <paramref name="High"/>].</summary>
/// <param name="Confidence">Mean over the bin's predictions; 0 for an empty bin.</param>
/// <param name="Accuracy">Share that is correct; 0 for an empty bin.</param>
public sealed record CalibrationBin(double Low, double High, int Count, double Confidence, double Accuracy)
{
    /// <summary>The 95 % interval of the accuracy.</summary>
    [JsonIgnore]
    public ShareInterval Interval => ShareInterval.Wilson((long)Math.Round(Accuracy * Count), Count);
}

/// <summary>Whether a network is right as often as it is sure.</summary>
public sealed record Calibration
{
    public const int BinCount = 15;

    private Calibration(IReadOnlyList<CalibrationBin> bins, double temperature, double loss)
    {
        (Bins, Temperature, Loss) = (bins, temperature, loss);
        var count = bins.Sum(bin => bin.Count);
        ExpectedError = bins.Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Confidence)) / count;
        MaximumError = bins.Where(bin => bin.Count > 0).Max(bin => Math.Abs(bin.Accuracy - bin.Confidence));
        Overconfidence = bins.Sum(bin => bin.Count * (bin.Confidence - bin.Accuracy)) / count;
    }

    /// <summary>Bins of equal width, from 0 to 1.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>ECE = Σ(bins) count / n · |accuracy − confidence|.</summary>
    public double ExpectedError { get; }

    /// <summary>The largest |accuracy − confidence| of a bin that is not empty.</summary>
    public double MaximumError { get; }

    /// <summary>Mean confidence − accuracy.</summary>
    public double Overconfidence { get; }

    /// <summary>The probabilities are softmax(logits / temperature).</summary>
    public double Temperature { get; }

    /// <summary>Mean of −log of the label's probability.</summary>
    public double Loss { get; }

    /// <remarks>Guo et al., "On calibration of modern neural networks", 2017.</remarks>
    public static Calibration Of(PredictionTable predictions, double temperature = 1)
    {
        var (counts, confidences, correct) = (new int[BinCount], new double[BinCount], new int[BinCount]);
        var row = new double[predictions.ClassCount];
        var loss = 0.0;
        for (var i = 0; i < predictions.Count; i++)
        {
            CalibratedPrediction.Scale(predictions.Probabilities(i), temperature, row);
            loss -= Math.Log(Math.Max(row[predictions.Labels[i]], double.Epsilon));
            var confidence = row.Max();
            var bin = Math.Clamp((int)Math.Ceiling(confidence * BinCount) - 1, 0, BinCount - 1);
            counts[bin]++;
            confidences[bin] += confidence;
            correct[bin] += predictions.Predictions[i] == predictions.Labels[i] ? 1 : 0;
        }

        return new Calibration(
            [.. Enumerable.Range(0, BinCount).Select(b => new CalibrationBin((double)b / BinCount, (b + 1.0) / BinCount, counts[b],
                counts[b] == 0 ? 0 : confidences[b] / counts[b], counts[b] == 0 ? 0 : (double)correct[b] / counts[b]))],
            temperature, loss / predictions.Count);
    }

    /// <summary>The temperature in 1/20…20 with the lowest loss on these predictions, which should not be the ones it is then used on.</summary>
    /// <remarks>The loss is convex in 1/temperature: a golden-section search finds its one minimum.</remarks>
    public static double FitTemperature(PredictionTable predictions)
    {
        const double Golden = 0.6180339887498949;
        const int Steps = 60; // 20 · 0.618^60 is below 1e-11
        double low = 1 / 20.0, high = 20;
        double left = high - Golden * (high - low), right = low + Golden * (high - low);
        double atLeft = Loss(left), atRight = Loss(right);
        for (var step = 0; step < Steps; step++)
        {
            if (atLeft < atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - Golden * (high - low);
                atLeft = Loss(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + Golden * (high - low);
                atRight = Loss(right);
            }
        }

        return 2 / (low + high);

        double Loss(double inverse)
        {
            var row = new double[predictions.ClassCount];
            var sum = 0.0;
            for (var i = 0; i < predictions.Count; i++)
            {
                CalibratedPrediction.Scale(predictions.Probabilities(i), 1 / inverse, row);
                sum -= Math.Log(Math.Max(row[predictions.Labels[i]], double.Epsilon));
            }

            return sum;
        }
    }
}
