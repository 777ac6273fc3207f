namespace Weft.Training;

/// <param name="Share">How much of the training images were used.</param>
/// <param name="Recall">By class: share of its samples that the rule gets right; NaN for a class without samples.</param>
public sealed record LearningPoint(double Share, double Accuracy, IReadOnlyList<double> Recall);

/// <summary>
/// What more training images of the same kind would give: the accuracy of the rule "as most of the five most similar training images" when it may choose among
/// 1/16, 1/8, 1/4, 1/2 and all of them. The features stay those of the network that saw all, so it is a lower bound of what was learned from the last half.
/// </summary>
public sealed record NeighbourLearningCurve(IReadOnlyList<LearningPoint> Points, double Gain, double GainLow, double GainHigh)
{
    private const int Levels = 5;
    private const int Voters = 5;
    private const double Z = 1.959963984540054;

    /// <param name="queries">Normalized.</param>
    /// <param name="items">Normalized.</param>
    internal static NeighbourLearningCurve Of(
        Device device, FeatureTable queries, FeatureTable items, int classCount, long seed = 0, CancellationToken cancellationToken = default)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        // Level l has the items whose number has l leading zeros at least: each is half of the one before, drawn at random.
        var level = Enumerable.Range(0, items.Count).Select(i => Math.Min(Levels - 1, System.Numerics.BitOperations.LeadingZeroCount(rng.UInt64(i)))).ToArray();
        var lists = new NeighbourList[queries.Count * Levels];
        for (var i = 0; i < lists.Length; i++)
            lists[i] = new NeighbourList(Voters);
        NearestNeighbours.Visit(device, queries, items, (query, first, similarities) =>
        {
            for (var i = 0; i < similarities.Length; i++)
            {
                for (var l = 0; l <= level[first + i]; l++)
                    lists[query * Levels + l].Offer(first + i, similarities[i]);
            }
        }, cancellationToken);

        var right = new bool[Levels][];
        for (var l = 0; l < Levels; l++)
            right[l] = [.. Enumerable.Range(0, queries.Count).Select(query => Vote(lists[query * Levels + l], items, classCount) == queries.Labels[query])];
        var (gain, half) = Paired(right[0], right[1]);
        return new NeighbourLearningCurve(
            [.. Enumerable.Range(0, Levels).Reverse().Select(l => Point(1.0 / (1 << l), right[l], queries, classCount))], gain, gain - half, gain + half);
    }

    private static LearningPoint Point(double share, bool[] right, FeatureTable queries, int classCount)
    {
        var (hits, counts) = (new int[classCount], new int[classCount]);
        for (var i = 0; i < right.Length; i++)
        {
            counts[queries.Labels[i]]++;
            hits[queries.Labels[i]] += right[i] ? 1 : 0;
        }

        return new LearningPoint(share, (double)hits.Sum() / right.Length, [.. hits.Zip(counts, (hit, count) => (double)hit / count)]);
    }

    /// <summary>Difference of two accuracies on the same samples and half its 95 % interval.</summary>
    private static (double Gain, double Half) Paired(bool[] more, bool[] less)
    {
        var n = (double)more.Length;
        double gained = more.Where((hit, i) => hit && !less[i]).Count(), lost = less.Where((hit, i) => hit && !more[i]).Count();
        var gain = (gained - lost) / n;
        return (gain, Z * Math.Sqrt(Math.Max(0, (gained + lost) / n - gain * gain) / n));
    }

    private static int Vote(in NeighbourList nearest, FeatureTable items, int classCount)
    {
        var weights = new double[classCount];
        for (var rank = 0; rank < nearest.Count; rank++)
            weights[items.Labels[nearest[rank].Row]] += 1 + nearest[rank].Similarity / 1000; // similarity breaks ties
        return weights.AsSpan().IndexOf(weights.Max());
    }
}
