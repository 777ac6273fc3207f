namespace Weft.Training;

/// <summary>How one class was recognized; 0 where nothing is divided by nothing.</summary>
/// <param name="Count">Samples with this label.</param>
/// <param name="Predicted">Samples taken for this class.</param>
/// <param name="Precision">correct / predicted.</param>
/// <param name="Recall">correct / count.</param>
/// <param name="F1">2 · precision · recall / (precision + recall).</param>
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

    /// <summary>Mean of the classes' F1.</summary>
    public double MacroF1 => PerClass.Average(metrics => metrics.F1);

    /// <summary>Samples with this label that were taken for that class.</summary>
    public int Confusion(int label, int prediction) => _confusion[label * Classes.Count + prediction];

    private ClassMetrics Of(int index)
    {
        var count = 0;
        foreach (var label in Predictions.Labels)
            count += label == index ? 1 : 0;
        var predicted = Enumerable.Range(0, Classes.Count).Sum(label => Confusion(label, index));
        var correct = Confusion(index, index);
        var precision = Share(correct, predicted);
        var recall = Share(correct, count);
        return new ClassMetrics(index, Classes[index], count, predicted, correct, precision, recall, Share(2 * precision * recall, precision + recall));
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
