using static System.FormattableString;

namespace Weft.Training;

/// <summary>What a run's own metrics say about how it was trained.</summary>
internal static class TrainingFindings
{
    // Validation loss that is this much above its minimum is more than the wobble between epochs.
    private const double Risen = 1.05;
    private const double Gap = 0.03; // of the accuracy
    private const int FewestEpochs = 3;
    private const int FewestMistakes = 10;
    private const double NotableShare = 0.1; // of all mistakes

    private static readonly (string Key, double Value)[] AgainstLearningByHeart =
        [("augmentation.shift", 0.1), ("loss.label_smoothing", 0.1), ("model.dropout", 0.3)];

    public static IReadOnlyList<Finding> Of(RunReader run) => Of(run.Metrics(), run.Configuration().Value);

    /// <summary>
    /// As <see cref="Of(RunReader)"/>, and what the best epoch's validation confused most: all that is known without looking at an image again.
    /// </summary>
    public static IReadOnlyList<Finding> AtTheEnd(RunReader run) => [.. Of(run), .. MostConfused(run)];

    private static IEnumerable<Finding> MostConfused(RunReader run)
    {
        if (run.Best is not { } best || run.Events().OfType<EpochObserved>().LastOrDefault(observed => observed.Epoch == best.Epoch) is not { } seen)
            yield break;
        var names = run.Information.Data.Classes;
        int Count(int label, int prediction) => seen.Confusion[label * seen.Classes + prediction];
        var mistakes = seen.Confusion.Sum() - Enumerable.Range(0, seen.Classes).Sum(k => Count(k, k));
        var (a, b) = Enumerable.Range(0, seen.Classes).SelectMany(i => Enumerable.Range(i + 1, seen.Classes - i - 1).Select(j => (i, j)))
            .MaxBy(pair => Count(pair.i, pair.j) + Count(pair.j, pair.i));
        var both = Count(a, b) + Count(b, a);
        if (both >= FewestMistakes && (double)both / mistakes >= NotableShare)
        {
            var (label, prediction) = Count(a, b) >= Count(b, a) ? (a, b) : (b, a);
            yield return new Finding(
                "most-confused", Invariant($"{names[a]} against {names[b]} is {100.0 * both / mistakes:F0} % of all validation errors ({both} of {mistakes})."),
                    new AnalyzeAction(EvaluationSplit.Validation) { Label = label, Prediction = prediction });
        }
    }

    public static IReadOnlyList<Finding> Of(IReadOnlyList<MetricsRow> rows, RunConfiguration configuration)
    {
        var findings = new List<Finding>();
        if (rows.Count < FewestEpochs)
            return findings;
        var last = rows[^1];
        var lowest = rows.MinBy(row => row.ValidationLoss)!;
        var best = rows.MaxBy(row => row.ValidationAccuracy)!;
        if (rows.Count - lowest.Epoch >= 2 && last.ValidationLoss > lowest.ValidationLoss * Risen && last.TrainLoss < lowest.TrainLoss)
        {
            findings.Add(new Finding(
                "overfitting", Invariant($"Overfitting since epoch {lowest.Epoch}: the validation loss rose from {lowest.ValidationLoss:F4} to ")
                    + Invariant($"{last.ValidationLoss:F4} while the training loss fell to {last.TrainLoss:F4}."),
                Stronger(configuration, ("augmentation.shift", 0.1), ("augmentation.horizontal_flip", 0.5))));
        }
        else if (last.TrainAccuracy - last.ValidationAccuracy > Gap)
        {
            findings.Add(new Finding(
                "memorized", Invariant($"The training images are known by heart: {last.TrainAccuracy * 100:F1} % of them are right against ")
                    + Invariant($"{last.ValidationAccuracy * 100:F1} % of the validation images."),
                Stronger(configuration, ("augmentation.horizontal_flip", 0.5), ("optimizer.weight_decay", 0.001))));
        }
        else if (last.ValidationAccuracy - last.TrainAccuracy > Gap)
        {
            findings.Add(new Finding(
                "held-back", Invariant(
                    $"Dropout and augmentation cost more than they give: {last.TrainAccuracy * 100:F1} % of the training images are right under ")
                    + Invariant($"them against {last.ValidationAccuracy * 100:F1} % of the validation images without.")
                + (configuration.Model.Options.Dropout is { } rate and > 0 ? Invariant($" The dropout rate is {rate:0.##}.") : ""),
                configuration.Model.Options.Dropout is > 0
                    ? Retrain(("model.dropout", $"{configuration.Model.Options.Dropout / 2:0.##}"))
                    : Epochs(2 * rows.Count)));
        }

        if (best.Epoch >= rows.Count - 1 && rows.Count >= 2 && rows[^1].ValidationLoss <= rows[^2].ValidationLoss
            && configuration.Schedule is not OneCycleSchedule)
            findings.Add(new Finding(
                "still-learning", Invariant($"Still learning when it ended: the best epoch is {best.Epoch} of {rows.Count} and the validation loss was still ")
                    + Invariant($"falling ({rows[^2].ValidationLoss:F4} to {last.ValidationLoss:F4})."), Epochs(2 * rows.Count)));
        else if (rows.Count - best.Epoch >= Math.Max(3, rows.Count / 2))
            findings.Add(new Finding(
                "too-long", Invariant($"The best epoch was {best.Epoch} of {rows.Count}: the {rows.Count - best.Epoch} after it gave nothing ")
                    + Invariant($"({best.ValidationAccuracy * 100:F2} % then, {last.ValidationAccuracy * 100:F2} % at the end)."), Epochs(best.Epoch + 1)));
        var drop = rows.Zip(rows.Skip(1)).MaxBy(pair => pair.First.ValidationAccuracy - pair.Second.ValidationAccuracy);
        if (drop.First.ValidationAccuracy - drop.Second.ValidationAccuracy is var fall and > 0.03 && drop.Second.Epoch > 2)
            findings.Add(new Finding(
                "unsteady", Invariant($"Unsteady: the validation accuracy fell by {fall * 100:F1} points in epoch {drop.Second.Epoch}, at the learning rate ")
                    + Invariant($"{drop.Second.LearningRate:G3}."), Retrain(("optimizer.learning_rate", $"{configuration.Optimizer.LearningRate / 2:G3}"))));
        return findings;
    }

    // The first two of which the run had less; null where it had its share of all.
    private static RetrainAction? Stronger(RunConfiguration configuration, params (string Key, double Value)[] first)
    {
        var weaker = first.Concat(AgainstLearningByHeart).DistinctBy(change => change.Key).Where(change =>
            ConfigurationTable.Find(change.Key, configuration) is { } key && !(key.ReadValue(configuration) is double had && had >= change.Value))
            .Take(2).ToArray();
        return weaker.Length == 0 ? null : Retrain([.. weaker.Select(change => (change.Key, (FormattableString)$"{change.Value}"))]);
    }

    private static RetrainAction Epochs(int count) => Retrain(("training.epochs", $"{count}"));

    private static RetrainAction Retrain(params (string Key, FormattableString Value)[] changes) =>
        new([.. changes.Select(change => RetrainAction.Change(change.Key, change.Value))]);
}
