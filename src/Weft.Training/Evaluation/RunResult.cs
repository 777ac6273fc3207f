using System.Text.Json;

namespace Weft.Training;

/// <summary>What a comparison needs to know of a run: what it is, what it cost, and what it said about every image of a split.</summary>
public sealed class RunResult
{
    private const int LargestMetrics = 1 << 20;

    private RunResult(RunReader run, EvaluationSplit split, PredictionTable predictions, EvaluationDocument metrics)
    {
        Run = run;
        Split = split;
        Predictions = predictions;
        Metrics = metrics;
        Configuration = RunChecks.Configuration(run.Folder).Value;
        Correct = Enumerable.Range(0, predictions.Count).Count(row => predictions.Predictions[row] == predictions.Labels[row]);
    }

    public RunReader Run { get; }

    internal RunConfiguration Configuration { get; }

    public EvaluationSplit Split { get; }

    public PredictionTable Predictions { get; }

    /// <summary>What the evaluation measured, and of which checkpoint.</summary>
    internal EvaluationDocument Metrics { get; }

    /// <summary>"best", "last" or an epoch: what was evaluated.</summary>
    public string Checkpoint => Metrics.Checkpoint;

    /// <summary>The views each prediction is the mean over.</summary>
    public TestTimeAugmentation Augmentation => new(Metrics.Tta, Metrics.TtaShift);

    /// <summary>The fingerprint of the samples that were evaluated; null in evaluations of earlier versions.</summary>
    public string? DataFingerprint => Metrics.DataFingerprint;

    public string Name => Run.Folder.Name;

    public int Correct { get; }

    public double Accuracy => (double)Correct / Predictions.Count;

    public ShareInterval Interval => ShareInterval.Wilson(Correct, Predictions.Count);

    public int Epochs => Run.Metrics() is [.., var last] ? last.Epoch : 0;

    public TimeSpan Trained => TimeSpan.FromSeconds(Run.Metrics().Sum(row => row.Seconds));

    /// <summary>The accuracy that training recorded for the best epoch.</summary>
    public double? ValidationAccuracy => Run.Best?.ValidationAccuracy;

    /// <summary>The same for runs that differ in nothing but their seed.</summary>
    public string Recipe => Run.Information.Recipe ?? Run.Information.Model;

    internal string Group =>
        string.Join('\n', RunKeys.Lasting(Configuration).Where(pair => pair.Key != "training.seed").OrderBy(pair => pair.Key, StringComparer.Ordinal));

    /// <summary>Whether the run has been evaluated on the split.</summary>
    public static bool Exists(RunFolder run, EvaluationSplit split) =>
        RegularFile.Exists(PredictionsFile(run, split)) && RegularFile.Exists(MetricsFile(run, split));

    /// <summary>The fingerprint of the samples of a stored evaluation; null where none is stored, or where it does not say it.</summary>
    internal static string? FingerprintOf(RunFolder run, EvaluationSplit split)
    {
        try
        {
            return RegularFile.Exists(MetricsFile(run, split)) ? ReadMetrics(run, split).DataFingerprint : null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is JsonException)
        {
            return null;
        }
    }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: it was not evaluated on that split; <see cref="ErrorKind.IoError"/>: the table cannot be read.
    /// </exception>
    public static RunResult Read(RunReader run, EvaluationSplit split)
    {
        var name = split.ToString().ToLowerInvariant();
        var path = PredictionsFile(run.Folder, split);
        var evaluate = new EvaluateRun(run.Folder) { Split = split };
        if (!Exists(run.Folder, split))
        {
            throw new WeftException(ErrorKind.InvalidInput, $"the run {run.Folder.Name} has no predictions for the {name} images")
            {
                Where = path, Safe = "nothing was touched", Next = evaluate,
            };
        }

        try
        {
            using var reader = new StreamReader(RegularFile.OpenOwn(path));
            return new RunResult(run, split, PredictionTable.ReadCsv(reader, path), ReadMetrics(run.Folder, split));
        }
        catch (WeftException damaged) when (damaged.Where?.StartsWith(path, StringComparison.Ordinal) == true)
        {
            throw damaged.With("the run's checkpoints are untouched", evaluate);
        }
        catch (Exception failure) when (
            DiskFailure.Is(failure) || failure is JsonException or InvalidOperationException or FormatException)
        {
            throw DiskFailure.ToError(failure, "the evaluation cannot be read", path, "the run's checkpoints are untouched", evaluate);
        }
    }

    private static EvaluationDocument ReadMetrics(RunFolder run, EvaluationSplit split) =>
        JsonSerializer.Deserialize(RegularFile.ReadOwn(MetricsFile(run, split), LargestMetrics), EvaluationJson.File)
            ?? throw new JsonException("it holds nothing");

    private static string PredictionsFile(RunFolder run, EvaluationSplit split) =>
        Path.Combine(run.EvaluationFolder(split.ToString().ToLowerInvariant()), "predictions.csv");

    private static string MetricsFile(RunFolder run, EvaluationSplit split) =>
        Path.Combine(run.EvaluationFolder(split.ToString().ToLowerInvariant()), EvaluationFiles.MetricsName);
}
