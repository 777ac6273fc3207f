namespace Weft.Training;

/// <param name="Coverage">Share of the samples that are answered, those the network is surest of.</param>
/// <param name="Risk">Share of the answers that are wrong.</param>
/// <param name="Confidence">The lowest among the answers.</param>
public sealed record RiskPoint(double Coverage, double Risk, double Confidence);

/// <summary>How wrong a network is if it may keep silent where it is unsure.</summary>
/// <remarks>Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017.</remarks>
public sealed record RiskCoverage
{
    private const int Points = 100;

    private RiskCoverage(IReadOnlyList<RiskPoint> curve, double area) => (Curve, Area) = (curve, area);

    /// <summary>At every hundredth of coverage.</summary>
    public IReadOnlyList<RiskPoint> Curve { get; }

    /// <summary>Mean risk over all coverages 1/n, 2/n … 1 (AURC).</summary>
    public double Area { get; }

    public static RiskCoverage Of(PredictionTable predictions)
    {
        var n = predictions.Count;
        var confidences = Enumerable.Range(0, n).Select(row => MaximumOf(predictions.Probabilities(row))).ToArray();
        var order = Enumerable.Range(0, n).OrderByDescending(row => confidences[row]).ToArray();
        var risks = new double[n];
        var wrong = 0;
        for (var i = 0; i < n; i++)
        {
            wrong += predictions.Predictions[order[i]] == predictions.Labels[order[i]] ? 0 : 1;
            risks[i] = (double)wrong / (i + 1);
        }

        return new RiskCoverage(
            [.. Enumerable.Range(1, Points).Select(p => Math.Max(1, (int)((long)n * p / Points)))
                .Select(kept => new RiskPoint((double)kept / n, risks[kept - 1], confidences[order[kept - 1]]))],
            risks.Average());
    }

    /// <summary>The largest coverage whose risk is at most <paramref name="risk"/>, and every smaller one's with it, or null.</summary>
    public RiskPoint? Within(double risk) => Curve.TakeWhile(point => point.Risk <= risk).LastOrDefault();

    private static float MaximumOf(ReadOnlySpan<float> row)
    {
        var maximum = row[0];
        foreach (var p in row)
            maximum = Math.Max(maximum, p);
        return maximum;
    }
}
