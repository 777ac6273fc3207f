namespace Weft.Training;

/// <param name="Count">Samples of class <paramref name="Label"/> that were taken for <paramref name="Prediction"/>.</param>
/// <param name="Share">How much of all mistakes this pair is.</param>
/// <param name="Rate">How many of the samples with this label were predicted so, as a share.</param>
public sealed record ConfusedPair(int Label, int Prediction, int Count, double Share, double Rate)
{
    /// <summary>All pairs that were confused, the most frequent first.</summary>
    public static IReadOnlyList<ConfusedPair> Of(EvaluationResult result)
    {
        var classes = result.Classes.Count;
        var pairs = Enumerable.Range(0, classes * classes).Select(i => (Label: i / classes, Prediction: i % classes))
            .Where(pair => pair.Label != pair.Prediction);
        return
        [
            .. pairs.Select(pair => (pair.Label, pair.Prediction, Count: result.Confusion(pair.Label, pair.Prediction))).Where(pair => pair.Count > 0)
                .Select(pair => new ConfusedPair(pair.Label, pair.Prediction, pair.Count, (double)pair.Count / (result.Count - result.Correct),
                    (double)pair.Count / result.PerClass[pair.Label].Count))
                .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Label).ThenBy(pair => pair.Prediction),
        ];
    }
}
