namespace Weft.Training;

/// <summary>
/// How one class was recognized; NaN where nothing is divided by nothing: a class without samples has no recall, one that was never predicted no precision.
/// </summary>
/// <param name="Count">Samples with this label.</param>
/// <param name="Predicted">Samples taken for this class.</param>
/// <param name="Precision">correct / predicted.</param>
/// <param name="Recall">correct / count.</param>
/// <param name="F1">2 · correct / (count + predicted), which is the harmonic mean of precision and recall where there are both.</param>
public sealed record ClassMetrics(int Index, string Name, int Count, int Predicted, int Correct, double Precision, double Recall, double F1);

/// <summary>Metrics of a checkpoint on a split, all of them made from <see cref="Predictions"/>.</summary>
public sealed class EvaluationResult
{
    private readonly int[] _confusion;

    public EvaluationResult(PredictionTable predictions, IReadOnlyList<string> classes)
    {
        Predictions = predictions;
        Classes = classes;
        _confusion = new int[classes.Count * classes.Count];
        for (var row = 0; row < predictions.Count; row++)
        {
            var (label, prediction) = (predictions.Labels[row], predictions.Predictions[row]);
            if (label == prediction)
                Correct++;
            if (prediction >= 0)
                _confusion[label * classes.Count + prediction]++;
        }

        Interval = ShareInterval.Wilson(Correct, Count);
        Loss = Validation.MeanLoss(predictions.Losses);
        LabelCounts = ClassCounts.Of(predictions.Labels, classes.Count);
        PerClass = [.. Enumerable.Range(0, classes.Count).Select(Of)];
    }

    /// <value>The views each prediction is the mean over. Default: the image alone.</value>
    public TestTimeAugmentation Augmentation { get; init; } = TestTimeAugmentation.None;

    /// <value>Of the samples that were evaluated. Default: unknown.</value>
    public string? DataFingerprint { get; init; }

    public PredictionTable Predictions { get; }

    public IReadOnlyList<string> Classes { get; }

    public int Count => Predictions.Count;

    public int Correct { get; }

    public double Accuracy => (double)Correct / Count;

    /// <summary>Holds the true accuracy with 95 % probability.</summary>
    public ShareInterval Interval { get; }

    /// <summary>Mean over the samples.</summary>
    public double Loss { get; }

    public IReadOnlyList<ClassMetrics> PerClass { get; }

    /// <summary>Samples of each class.</summary>
    public ClassCounts LabelCounts { get; }

    /// <summary>Mean of the F1 of the classes that occur among labels or predictions; NaN without samples.</summary>
    public double MacroF1 => PerClass.Select(metrics => metrics.F1).Where(f1 => !double.IsNaN(f1)).DefaultIfEmpty(double.NaN).Average();

    /// <summary>What a person should know before believing the accuracy; null where every class occurs.</summary>
    public string? AbsenceNote(EvaluationSplit split) => LabelCounts.Absent is { Count: > 0 } absent
        ? ClassCounts.AbsenceNote(absent, Classes, split == EvaluationSplit.All ? "labelled" : split.ToString().ToLowerInvariant(),
            "not measured by the accuracy")
        : null;

    /// <summary>Samples with this label that were taken for that class.</summary>
    public int Confusion(int label, int prediction) => _confusion[label * Classes.Count + prediction];

    private ClassMetrics Of(int index)
    {
        var count = LabelCounts.PerClass[index];
        var predicted = Enumerable.Range(0, Classes.Count).Sum(label => Confusion(label, index));
        var correct = Confusion(index, index);
        return new ClassMetrics(
            index, Classes[index], count, predicted, correct, (double)correct / predicted, (double)correct / count, 2.0 * correct / (count + predicted));
    }
}
