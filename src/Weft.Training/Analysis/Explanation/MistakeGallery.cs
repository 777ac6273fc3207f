namespace Weft.Training;

/// <summary>Which samples are worth looking at. Rows of the prediction table.</summary>
/// <param name="TopLosses">The largest losses.</param>
/// <param name="ConfidentlyWrong">Mistakes, the surest first.</param>
/// <param name="LeastCertain">The smallest lead of the first class over the second, right or wrong.</param>
internal sealed record MistakeGallery(IReadOnlyList<int> TopLosses, IReadOnlyList<int> ConfidentlyWrong, IReadOnlyList<int> LeastCertain)
{
    public static MistakeGallery Of(PredictionTable predictions, int count)
    {
        var rows = Enumerable.Range(0, predictions.Count).ToArray();
        var tops = rows.Select(row => TwoLargest(predictions.Probabilities(row))).ToArray();
        return new MistakeGallery(
            [.. rows.OrderByDescending(row => float.IsNaN(predictions.Losses[row]) ? float.PositiveInfinity : predictions.Losses[row]).Take(count)],
            [.. rows.Where(row => predictions.Predictions[row] != predictions.Labels[row]).OrderByDescending(row => tops[row].First).Take(count)],
            [.. rows.OrderBy(row => tops[row].First - tops[row].Second).Take(count)]);
    }

    private static (float First, float Second) TwoLargest(ReadOnlySpan<float> values)
    {
        float first = float.NegativeInfinity, second = float.NegativeInfinity;
        foreach (var value in values)
        {
            if (value > first)
                (first, second) = (value, first);
            else if (value > second)
                second = value;
        }

        return (first, second);
    }
}
