using System.Globalization;

namespace Weft.Training;

/// <summary>The four reasons usually suspected to cause mistakes, each measured over all mistakes against all correct predictions of a split.</summary>
internal static class MistakeReasons
{
    // Below it an interval of the effect is wider than the effects it could show.
    private const int FewestMistakes = 10;

    private const double LeastGain = 0.01; // of the accuracy, from the last doubling of the training images

    /// <param name="measures">Measures of every row of <paramref name="predictions"/>.</param>
    /// <param name="curve">Null where there was no time for it.</param>
    public static IReadOnlyList<SuspectedReason> Of(PredictionTable predictions, IReadOnlyList<SampleMeasures> measures,
        IReadOnlyList<string> classes, IReadOnlyList<int> trainingCounts, NeighbourLearningCurve? curve)
    {
        var rows = Enumerable.Range(0, predictions.Count).ToLookup(row => predictions.Predictions[row] != predictions.Labels[row]);
        int[] wrong = [.. rows[true]], right = [.. rows[false]];
        ReasonMeasure Measure(string what, Func<SampleMeasures, double> value)
        {
            double[] first = [.. wrong.Select(row => value(measures[row]))], second = [.. right.Select(row => value(measures[row]))];
            return new ReasonMeasure(what, GroupDifference.Of(first, second), Median(first), Median(second));
        }

        int[] Strongest(Func<SampleMeasures, double> value, double bound) =>
        [
            .. Enumerable.Range(0, classes.Count)
                .Select(label => (Label: label, Values: wrong.Where(row => predictions.Labels[row] == label).Select(row => value(measures[row])).ToArray()))
                .Where(group => group.Values.Length >= FewestMistakes / 2 && Median(group.Values) > bound)
                .OrderByDescending(group => group.Values.Length * Median(group.Values)).Select(group => group.Label).Take(3),
        ];

        return
        [
            Reason("image_quality", "Image quality",
                "the pictures that were mistaken are worse as pictures than those that were not (each compared with the training images of its own class)",
                [Measure("blur", m => m.Blur), Measure("lack of contrast", m => m.Dullness), Measure("noise", m => m.Noise)],
                best => Strongest(best switch { "blur" => m => m.Blur, "noise" => m => m.Noise, _ => m => m.Dullness }, 1)),
            Reason("similar_shape", "Similar shape", "the pictures that were mistaken lie nearer to the usual pictures of another class",
                [Measure("likeness to another class", m => m.Likeness)], _ => Strongest(m => m.Likeness, 0)),
            Learned(Reason("too_little_learned", "Too little learned, or unbalanced classes", "classes with few training images are mistaken more often",
                [Measure("rarity of the class in training", m => m.Rarity)], _ => Strongest(m => m.Rarity, 0))),
            Reason("unusual_design", "Unusual design", "the pictures that were mistaken lie farther from the usual pictures of their own class",
                [Measure("distance from the own class", m => m.Unusualness)], _ => Strongest(m => m.Unusualness, 1)),
        ];

        SuspectedReason Reason(string key, string title, string claim, ReasonMeasure[] found, Func<string, int[]> strongest)
        {
            if (wrong.Length < FewestMistakes || right.Length < FewestMistakes)
                return new SuspectedReason(
                    key, title, ReasonVerdict.TooFew, found, $"{wrong.Length} mistakes and {right.Length} correct predictions are too few to say.", []);
            var best = found.MaxBy(measure => measure.Difference.Low)!;
            if (!best.IsNamed)
            {
                var largest = found.MaxBy(measure => measure.Difference.Delta)!;
                return new SuspectedReason(key, title, ReasonVerdict.NoEvidence, found, $"No evidence: {Effect(largest)}.", []);
            }

            var affected = strongest(best.Measure);
            var most = affected.Length == 0 ? "" : $"; most in {string.Join(", ", affected.Select(label => classes[label]))}";
            return new SuspectedReason(key, title, ReasonVerdict.Named, found, $"Yes: {claim}; {Effect(best)}{most}.", affected);
        }

        SuspectedReason Learned(SuspectedReason byCount)
        {
            if (byCount.Verdict == ReasonVerdict.TooFew)
                return byCount;
            var counts = trainingCounts.Where(count => count > 0).ToArray();
            var named = byCount.Classes.Select(label => string.Create(CultureInfo.InvariantCulture, $"{classes[label]} {trainingCounts[label]:N0}"));
            var balance = byCount.Verdict == ReasonVerdict.Named
                ? $" Training images: {string.Join(", ", named)} of up to {counts.Max().ToString("N0", CultureInfo.InvariantCulture)}."
                : counts.Min() == counts.Max() ? string.Create(CultureInfo.InvariantCulture, $" Every class has {counts.Min():N0} training images.")
                : string.Create(CultureInfo.InvariantCulture, $" The classes have {counts.Min():N0} to {counts.Max():N0} training images.");
            if (curve is null)
                return byCount with { Sentence = byCount.Sentence + balance };
            var gain = string.Create(
                CultureInfo.InvariantCulture,
                    $"the last doubling of the training images gave the nearest-neighbour rule {curve.Gain * 100:+0.00;−0.00;0.00} points "
                        + $"({curve.GainLow * 100:+0.00;−0.00;0.00} to {curve.GainHigh * 100:+0.00;−0.00;0.00})");
            return curve.GainLow > LeastGain && byCount.Verdict == ReasonVerdict.NoEvidence
                ? byCount with { Verdict = ReasonVerdict.Named, Sentence = $"Yes, more images of this kind would help: {gain}.{balance}" }
                : byCount with { Sentence = $"{byCount.Sentence}{balance} Of more data: {gain}." };
        }
    }

    /// <summary>"blur, effect +0.31 (small; 95 %: +0.22 to +0.40)".</summary>
    public static string Effect(ReasonMeasure measure)
    {
        var d = measure.Difference;
        return string.Create(CultureInfo.InvariantCulture,
            $"{measure.Measure}, effect {d.Delta:+0.00;−0.00;0.00} ({d.Size}; 95 %: {d.Low:+0.00;−0.00;0.00} to {d.High:+0.00;−0.00;0.00})");
    }

    private static double Median(double[] values)
    {
        if (values.Length == 0)
            return double.NaN;
        var sorted = values.Order().ToArray();
        return values.Length % 2 == 1 ? sorted[values.Length / 2] : (sorted[values.Length / 2 - 1] + sorted[values.Length / 2]) / 2;
    }
}
