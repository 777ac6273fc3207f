namespace Weft.Training;

/// <summary>A label that may be wrong.</summary>
/// <param name="Index">The sample's number in the data set's files.</param>
/// <param name="Suggested">The class that the networks hold more likely.</param>
/// <param name="Score">The label's own probability, 0…1: the lower, the more suspect.</param>
/// <param name="OffDiagonal">Whether confident learning counts it among the label errors.</param>
public sealed record SuspectLabel(int Index, int Label, int Suggested, double Score, double SuggestedProbability, bool OffDiagonal);

/// <summary>
/// Confident learning on predictions of networks that did not train on the samples. With t[k] the mean probability of class k over the samples labelled k, a
/// sample labelled i is counted as class j where p[j] ≥ t[j] (of several the most probable); counted under another class than its own it is a label error.
/// </summary>
/// <remarks>
/// Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", 2021. Ranked by the label's own probability and not by its
/// margin: of a label that was exchanged at random for any other, the odds of being wrong are a falling function of that probability alone, while the margin
/// hides such a label where the true class is uncertain.
/// </remarks>
public sealed record SuspectLabels
{
    private SuspectLabels(IReadOnlyList<SuspectLabel> ranked, int[] joint, double[] thresholds) => (Ranked, Joint, Thresholds) = (ranked, joint, thresholds);

    /// <summary>Every sample, the most suspect first.</summary>
    public IReadOnlyList<SuspectLabel> Ranked { get; }

    /// <summary>The estimated counts of each label and true class, laid out as [label, counted as].</summary>
    public IReadOnlyList<int> Joint { get; }

    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>How many labels confident learning counts as errors.</summary>
    public int ErrorCount => Ranked.Count(suspect => suspect.OffDiagonal);

    public static SuspectLabels Of(PredictionTable predictions)
    {
        var classes = predictions.ClassCount;
        var (sums, counts) = (new double[classes], new int[classes]);
        for (var row = 0; row < predictions.Count; row++)
        {
            var label = predictions.Labels[row];
            sums[label] += predictions.Probabilities(row)[label];
            counts[label]++;
        }

        var thresholds = sums.Zip(counts, (sum, count) => count == 0 ? double.PositiveInfinity : sum / count).ToArray();
        var joint = new int[classes * classes];
        var suspects = new List<SuspectLabel>(predictions.Count);
        for (var row = 0; row < predictions.Count; row++)
        {
            var label = predictions.Labels[row];
            var p = predictions.Probabilities(row);
            var counted = CountedAs(p, thresholds);
            if (counted >= 0)
                joint[label * classes + counted]++;
            var other = LargestBut(p, label);
            suspects.Add(new SuspectLabel(predictions.Indices[row], label, other, p[label], p[other], counted >= 0 && counted != label));
        }

        return new SuspectLabels([.. suspects.OrderBy(suspect => suspect.Score).ThenBy(suspect => suspect.Index)], joint, thresholds);
    }

    private static int CountedAs(ReadOnlySpan<float> p, double[] thresholds)
    {
        var best = -1;
        for (var k = 0; k < p.Length; k++)
        {
            if (p[k] >= thresholds[k] && (best < 0 || p[k] > p[best]))
                best = k;
        }

        return best;
    }

    private static int LargestBut(ReadOnlySpan<float> p, int label)
    {
        var best = label == 0 ? 1 : 0;
        for (var k = 0; k < p.Length; k++)
        {
            if (k != label && p[k] > p[best])
                best = k;
        }

        return best;
    }
}
