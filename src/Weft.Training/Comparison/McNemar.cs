namespace Weft.Training;

/// <summary>
/// McNemar's test of two classifiers on the same samples. Only the samples that one of them gets right and the other wrong say anything; were the two
/// equally good, each of those would fall to either side like a coin.
/// </summary>
/// <param name="OnlyFirst">Samples only the first gets right.</param>
/// <param name="OnlySecond">Samples only the second gets right.</param>
/// <remarks>McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947; the mid-p form after Fagerland et al.,
/// 2013.</remarks>
public sealed record McNemar(int OnlyFirst, int OnlySecond)
{
    private int Discordant => OnlyFirst + OnlySecond;

    private int Fewer => Math.Min(OnlyFirst, OnlySecond);

    /// <summary>
    /// The exact two-sided probability of a difference as large as this by chance: min(1, 2·P(X ≤ fewer)), X binomial with n = discordant and ½.
    /// </summary>
    public double Exact => Math.Min(1, 2 * Cumulative(Fewer));

    /// <summary>2·P(X ≤ fewer) − P(X = fewer): less cautious than <see cref="Exact"/>, whose error rate stays below what it promises.</summary>
    public double MidP => Math.Clamp(2 * Cumulative(Fewer) - Point(Fewer), 0, 1);

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the tables are not of the same samples.</exception>
    public static McNemar Of(PredictionTable first, PredictionTable second)
    {
        RequireSameSamples(first, second);
        var (onlyFirst, onlySecond) = (0, 0);
        for (var row = 0; row < first.Count; row++)
        {
            var right = first.Predictions[row] == first.Labels[row];
            var otherRight = second.Predictions[row] == second.Labels[row];
            onlyFirst += right && !otherRight ? 1 : 0;
            onlySecond += otherRight && !right ? 1 : 0;
        }

        return new McNemar(onlyFirst, onlySecond);
    }

    /// <summary>
    /// Holm's correction for several tests at once: each probability times the number of those that are not smaller, never below that of a smaller one.
    /// </summary>
    /// <remarks>Holm, "A simple sequentially rejective multiple test procedure", 1979.</remarks>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> probabilities)
    {
        var corrected = new double[probabilities.Count];
        var smallest = 0.0;
        var rank = 0;
        foreach (var i in Enumerable.Range(0, probabilities.Count).OrderBy(i => probabilities[i]))
            corrected[i] = smallest = Math.Max(smallest, Math.Min(1, probabilities[i] * (probabilities.Count - rank++)));
        return corrected;
    }

    private static void RequireSameSamples(PredictionTable first, PredictionTable second)
    {
        if (!first.Indices.SequenceEqual(second.Indices) || !first.Labels.SequenceEqual(second.Labels))
        {
            throw new WeftException(ErrorKind.InvalidInput, "the runs were not evaluated on the same images")
            {
                Expected = "the same images in the same order",
                Found = $"{first.Count} and {second.Count} images{(first.Count == second.Count ? ", not the same ones" : "")}",
                Safe = "nothing was changed",
                Next = new Advice(
                    "compare runs of one data set, split seed and --limit-validation, or evaluate each of them on the test images: eval --split test"),
            };
        }
    }

    private double Cumulative(int most)
    {
        var sum = 0.0;
        for (var k = 0; k <= most; k++)
            sum += Point(k);
        return sum;
    }

    // C(n, k) / 2^n by logarithms: n may be as large as a data set.
    private double Point(int k)
    {
        var log = -Discordant * Math.Log(2);
        for (var i = 1; i <= k; i++)
            log += Math.Log((double)(Discordant - k + i) / i);
        return Math.Exp(log);
    }
}
