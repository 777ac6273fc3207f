using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>An analysis, as <c>analysis.json</c> holds it and <c>analyze --json</c> prints it. Classes are numbers; ratios are 0…1, times seconds.</summary>
internal sealed record AnalysisDocument : EvaluationFigures
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    private const int ListLength = 20;

    [JsonConstructor]
    public AnalysisDocument()
    {
    }

    [SetsRequiredMembers]
    public AnalysisDocument(AnalysisResult result) : base(result.Checkpoint, result.Split, result.Evaluation)
    {
        var (evaluation, size) = (result.Evaluation, result.Evaluation.Classes.Count);
        (V, Epoch, Step) = (Version, result.Epoch, result.Step);
        Classes = evaluation.Classes;
        PerClass = [.. evaluation.PerClass.Select(metrics => new ClassEntry(metrics, result.TrainingCounts[metrics.Index]))];
        Confusion = [.. Enumerable.Range(0, size)
            .Select(label => (IReadOnlyList<int>)[.. Enumerable.Range(0, size).Select(k => evaluation.Confusion(label, k))])];
        ConfusedPairs = [.. result.Pairs.Take(ListLength)];
        Calibration = new CalibrationEntry(result.Calibration, result.Scaled);
        (RiskCoverage, RiskCoverageArea) = (result.RiskCoverage.Curve, result.RiskCoverage.Area);
        Reasons = [.. result.Reasons.Select(reason => new ReasonEntry(reason))];
        LearningCurve = [.. result.Curve.Points.Select(point => new CurveEntry(point.Share, point.Accuracy, [.. point.Recall.Select(Finite)]))];
        History = result.History is { } history ? new HistoryEntry(history.Epochs, history.NeverRight, history.AlwaysRight, history.EverForgotten) : null;
        (Suspects, LabelErrors) = (Ranked(result.Suspects), result.Suspects.ErrorCount);
        if (result.TrainingSuspects is { } training)
            (TrainingSuspects, TrainingLabelErrors) = (Ranked(training), training.ErrorCount);
        Findings = [.. result.Findings.Select(finding => new FindingEntry(finding.Key, finding.Sentence, Next: null, finding.Action))];
        (Parameters, FlopsPerImage) = (result.Parameters, result.FlopsPerSample);
        (ImagesPerSecond, Seconds) = (result.ImagesPerSecond, result.Elapsed.TotalSeconds);
    }

    public required int V { get; init; }

    /// <summary>How many epochs the checkpoint was trained.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many steps the checkpoint was trained.</summary>
    public required long Step { get; init; }

    /// <summary>The names of the classes, by their numbers.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    public required IReadOnlyList<ClassEntry> PerClass { get; init; }

    /// <summary>[label][prediction]: how many images.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>The most frequently confused pairs, most frequent first.</summary>
    public required IReadOnlyList<ConfusedPair> ConfusedPairs { get; init; }

    public required CalibrationEntry Calibration { get; init; }

    public required IReadOnlyList<RiskPoint> RiskCoverage { get; init; }

    /// <summary>The area under the risk-coverage curve.</summary>
    public required double RiskCoverageArea { get; init; }

    public required IReadOnlyList<ReasonEntry> Reasons { get; init; }

    public required IReadOnlyList<CurveEntry> LearningCurve { get; init; }

    /// <summary>How the validation images went over the epochs; left out where the run did not record it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryEntry? History { get; init; }

    /// <summary>The most suspect labels of the split.</summary>
    public required IReadOnlyList<SuspectEntry> Suspects { get; init; }

    /// <summary>How many labels of the split confident learning counts as errors.</summary>
    public required int LabelErrors { get; init; }

    /// <summary>The same count for the training images; left out unless it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrainingLabelErrors { get; init; }

    /// <summary>The most suspect labels of the training images; left out unless they were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SuspectEntry>? TrainingSuspects { get; init; }

    public required IReadOnlyList<FindingEntry> Findings { get; init; }

    /// <summary>How many trained values the network has.</summary>
    public required long Parameters { get; init; }

    public required long FlopsPerImage { get; init; }

    /// <summary>The speed of the pass over the split.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>How long the analysis took.</summary>
    public required double Seconds { get; init; }

    private static IReadOnlyList<SuspectEntry> Ranked(SuspectLabels suspects) =>
        [.. suspects.Ranked.Take(ListLength).Select(suspect => new SuspectEntry(suspect))];
}

/// <summary>How one class was recognized; null where nothing is divided by nothing.</summary>
/// <param name="Count">How many images of the split have this label.</param>
/// <param name="TrainingImages">How many training images have this label.</param>
internal sealed record ClassEntry(string Name, int Count, double? Precision, double? Recall, double? F1, int TrainingImages)
{
    internal ClassEntry(ClassMetrics metrics, int trainingImages) : this(
        metrics.Name, metrics.Count, EvaluationFigures.Finite(metrics.Precision), EvaluationFigures.Finite(metrics.Recall),
        EvaluationFigures.Finite(metrics.F1), trainingImages)
    {
    }
}

/// <summary>Whether the network is right as often as it is sure, as trained and with its logits divided by a temperature.</summary>
/// <param name="Ece">The expected calibration error.</param>
/// <param name="Mce">The largest calibration error of a bin.</param>
/// <param name="Overconfidence">Mean confidence less accuracy.</param>
internal sealed record CalibrationEntry(
    double Ece, double Mce, double Overconfidence, IReadOnlyList<CalibrationBin> Bins, IReadOnlyList<CalibrationBin> ScaledBins,
    double Temperature, double ScaledEce, double ScaledLoss)
{
    internal CalibrationEntry(Calibration plain, Calibration scaled) : this(
        plain.ExpectedError, plain.MaximumError, plain.Overconfidence, plain.Bins, scaled.Bins, scaled.Temperature, scaled.ExpectedError, scaled.Loss)
    {
    }
}

/// <summary>A suspected reason of the mistakes.</summary>
/// <param name="Named">Whether the measurements support it.</param>
/// <param name="Classes">The classes it is strongest for.</param>
internal sealed record ReasonEntry(string Key, string Title, bool Named, string Sentence, IReadOnlyList<int> Classes, IReadOnlyList<MeasureEntry> Measures)
{
    internal ReasonEntry(SuspectedReason reason) : this(
        reason.Key, reason.Title, reason.Verdict == ReasonVerdict.Named, reason.Sentence, reason.Classes,
        [.. reason.Measures.Select(measure => new MeasureEntry(measure))])
    {
    }
}

/// <summary>One measure of a reason: the effect with its 95 % interval, and the medians it compares; null where a group is empty.</summary>
internal sealed record MeasureEntry(string Measure, double Delta, double Low, double High, double? MedianMistakes, double? MedianCorrect)
{
    internal MeasureEntry(ReasonMeasure measure) : this(
        measure.Measure, measure.Difference.Delta, measure.Difference.Low, measure.Difference.High,
        EvaluationFigures.Finite(measure.Mistakes), EvaluationFigures.Finite(measure.Correct))
    {
    }
}

/// <summary>What the nearest-neighbour rule reaches with a share of the training images.</summary>
/// <param name="Recall">By class; null for a class without images.</param>
internal sealed record CurveEntry(double Share, double Accuracy, IReadOnlyList<double?> Recall);

/// <summary>How many of the validation images were right in no epoch, in every epoch, and in one but not in a later one.</summary>
internal sealed record HistoryEntry(int Epochs, int NeverRight, int AlwaysRight, int Forgotten);

/// <summary>Something to know about a run, and what to do next.</summary>
/// <param name="Next">The action as a command: printed by <c>analyze --json</c>, and stored by version 0.1, where <c>RUN</c> stands for the run.</param>
/// <param name="Action">What to try next; null where there is nothing to do, and in documents of version 0.1.</param>
internal sealed record FindingEntry(
    string Key, string Sentence, string? Next, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FindingAction? Action = null)
{
    /// <summary>The action as a step for the run that the document is about.</summary>
    public NextStep? StepFor(RunFolder run) => (Action ?? (Next is null ? null : FindingAction.OfWords(Next)))?.For(run);
}

/// <summary>A label that may be wrong.</summary>
/// <param name="Index">The image's number in the data set's files.</param>
/// <param name="Score">The label's own probability: the lower, the more suspect.</param>
/// <param name="LabelError">Whether confident learning counts it as an error.</param>
internal sealed record SuspectEntry(int Index, int Label, int Suggested, double Score, bool LabelError)
{
    internal SuspectEntry(SuspectLabel suspect) : this(suspect.Index, suspect.Label, suspect.Suggested, suspect.Score, suspect.OffDiagonal)
    {
    }

    /// <summary>[height, width, channels]; left out where the document has no pictures.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Pixels { get; init; }
}
