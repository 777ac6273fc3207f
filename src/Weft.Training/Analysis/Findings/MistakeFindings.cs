using static System.FormattableString;

namespace Weft.Training;

/// <summary>What an analysis says about a network's mistakes, the most useful first.</summary>
internal static class MistakeFindings
{
    private const double NotableShare = 0.1; // of all mistakes
    private const double NotableError = 0.02; // of the calibration

    public static IEnumerable<Finding> Of(
        EvaluationResult evaluation, IReadOnlyList<ConfusedPair> pairs, Calibration calibration, Calibration scaled, RiskCoverage risk,
        IReadOnlyList<SuspectedReason> reasons, SuspectLabels suspects, EvaluationSplit split)
    {
        if (evaluation.AbsenceNote(split) is { } note)
            yield return new Finding("absent-classes", Sentence(note), null);
        var mistakes = evaluation.Count - evaluation.Correct;
        if (mistakes == 0)
            yield break;
        var both = pairs.GroupBy(Unordered)
            .Select(group => (group.Key, Count: group.Sum(pair => pair.Count))).MaxBy(group => group.Count);
        var (a, b) = (evaluation.Classes[both.Key.Item1], evaluation.Classes[both.Key.Item2]);
        if ((double)both.Count / mistakes >= NotableShare)
        {
            var pair = pairs.First(pair => Unordered(pair) == both.Key);
            yield return new Finding(
                "most-confused", Invariant($"{a} against {b} is {100.0 * both.Count / mistakes:F0} % of all errors ({both.Count} of {mistakes})."),
                new AnalyzeAction(split) { Label = pair.Label, Prediction = pair.Prediction });
        }

        var worst = evaluation.PerClass.Where(c => c.Count > 0).MinBy(c => c.Recall)!;
        var interval = ShareInterval.Wilson(worst.Correct, worst.Count);
        if (interval.High < evaluation.Accuracy)
            yield return new Finding(
                "weakest-class", Invariant($"{worst.Name} is recognized worst: {worst.Recall * 100:F1} % (95 %: {interval.Low * 100:F1} to ")
                    + Invariant($"{interval.High * 100:F1}) against {evaluation.Accuracy * 100:F1} % overall."), null);
        if (calibration.ExpectedError > NotableError)
        {
            var manner = calibration.Overconfidence > 0 ? "surer than it is right" : "less sure than it is right";
            yield return new Finding(
                "calibration", Invariant(
                    $"It is {manner}: on average {Math.Abs(calibration.Overconfidence) * 100:F1} points (ECE {calibration.ExpectedError:F4}). ")
                    + Invariant($"Logits divided by {scaled.Temperature:F2} bring the ECE to {scaled.ExpectedError:F4}."), null);
        }

        if (risk.Within(0.01) is { } sure && sure.Coverage < 1)
            yield return new Finding(
                "abstain", Invariant(
                    $"If it may keep silent below a probability of {sure.Confidence:F2}, it answers {sure.Coverage * 100:F0} % of the images and ")
                    + Invariant($"at most 1 % of the answers are wrong."), null);
        foreach (var reason in reasons.Where(reason => reason.Verdict == ReasonVerdict.Named))
            yield return new Finding(
                $"reason-{reason.Key.Replace('_', '-')}", $"{reason.Title} is a reason: {reason.Sentence[(reason.Sentence.IndexOf(' ') + 1)..]}", null);
        if (suspects.Ranked.Count(IsClear) is > 0 and var clear)
            yield return new Finding("suspect-labels", Invariant($"{clear} {Name(split)} images look as if their label were wrong; nothing was removed."),
                new AnalyzeAction(EvaluationSplit.Validation) { Folds = 4 }); // the training labels: the test images need not be opened for them
    }

    // So far apart that a person should look.
    private static bool IsClear(SuspectLabel suspect) => suspect.OffDiagonal && suspect.SuggestedProbability - suspect.Score > 0.9;

    private static string Sentence(string note) => $"{char.ToUpperInvariant(note[0])}{note[1..]}.";

    private static (int, int) Unordered(ConfusedPair pair) => (Math.Min(pair.Label, pair.Prediction), Math.Max(pair.Label, pair.Prediction));

    private static string Name(EvaluationSplit split) => split.ToString().ToLowerInvariant();
}
