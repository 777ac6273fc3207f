using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>The files of <c>analysis/&lt;split&gt;/</c> in a run's folder, and the evaluation's in <c>eval/&lt;split&gt;/</c>.</summary>
internal static class AnalysisFiles
{
    internal const string SummaryName = "analysis.json";
    internal const string SuspectsName = "suspects.csv";
    internal const string TrainingSuspectsName = "suspects_training.csv";
    internal const string PicturesName = "cases.json";

    private const string FolderName = "analysis";
    private const int SuspectsShown = 48;

    private static readonly string[] SuspectColumns =
        ["rank", "index", "label", "suggested", "label_name", "suggested_name", "score", "suggested_probability", "label_error", "path"];

    /// <summary>The folder of a split's analysis.</summary>
    public static string Folder(RunFolder run, EvaluationSplit split) => Path.Combine(run.Path, FolderName, split.ToString().ToLowerInvariant());

    /// <param name="run">Only a run's owner writes in its folder.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the files cannot be written.</exception>
    public static string Write(RunLock run, AnalysisResult result)
    {
        if (!Directory.Exists(run.Folder.EvaluationFolder(result.Split.ToString().ToLowerInvariant())))
            EvaluationFiles.Write(
                run, result.Checkpoint, result.Split, result.Evaluation); // what `eval` wrote may be of another checkpoint, or of mirrored images too: it stays
        var folder = Folder(run.Folder, result.Split);
        var classes = result.Evaluation.Classes;
        try
        {
            run.SubFolder(FolderName, result.Split.ToString().ToLowerInvariant());
            using var table = new StringWriter(CultureInfo.InvariantCulture);
            result.Evaluation.Predictions.WriteCsv(table);
            Text(folder, "predictions.csv", table.ToString());
            var stored = StoredAnalysis.Of(result);
            Text(folder, SummaryName, AnalysisSeal.Write(stored.Summary, AnalysisJson.Analysis));
            Text(folder, PicturesName, AnalysisSeal.Write(stored.Pictures, AnalysisJson.Cases));
            Text(folder, "confused_pairs.csv", Pairs(result.Pairs, classes));
            Text(folder, "confusion_normalized.csv", Confusion(result.Evaluation));
            Text(folder, "calibration.csv", CalibrationBins(result.Calibration, result.Scaled));
            Text(folder, "risk_coverage.csv", Curve(result.RiskCoverage));
            var prefix = result.Split == EvaluationSplit.Test ? LabelCorrections.TestPrefix : "";
            Text(folder, SuspectsName, Suspects(result.Suspects, result.Near, result.Images, result, prefix));
            Png(folder, "top_losses.png", AnalysisPictures.Gallery(result.Galleries.TopLosses, result.Images, classes));
            Png(folder, "confidently_wrong.png", AnalysisPictures.Gallery(result.Galleries.ConfidentlyWrong, result.Images, classes));
            Png(folder, "least_certain.png", AnalysisPictures.Gallery(result.Galleries.LeastCertain, result.Images, classes));
            Png(folder, "suspects.png", AnalysisPictures.Suspects([.. result.Suspects.Ranked.Take(SuspectsShown)], result.Images, classes));
            Png(folder, "cases.png", AnalysisPictures.Cases(result.Cases, result.Images.Shape, classes));
            if (result.History is { } history)
                Text(folder, "history.csv", History(history, result.Evaluation.Predictions));
            if (result.TrainingSuspects is { } training)
            {
                Text(folder, TrainingSuspectsName, Suspects(training, result.TrainingNear, result.TrainingImages, result, ""));
                Png(folder, "suspects_training.png", AnalysisPictures.Suspects([.. training.Ranked.Take(SuspectsShown)], result.TrainingImages, classes));
            }

            return folder;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the analysis cannot be written", folder, "the run's checkpoints are untouched");
        }
    }

    private static CsvText Pairs(IReadOnlyList<ConfusedPair> pairs, IReadOnlyList<string> classes)
    {
        var table = new CsvText("label", "prediction", "label_name", "prediction_name", "count", "share_of_mistakes", "rate_of_label");
        foreach (var pair in pairs)
            table.Add(pair.Label, pair.Prediction, classes[pair.Label], classes[pair.Prediction], pair.Count, pair.Share, pair.Rate);
        return table;
    }

    private static CsvText Confusion(EvaluationResult evaluation)
    {
        var table = new CsvText(["label\\prediction", .. evaluation.Classes]);
        foreach (var (label, _, count, _, _, _, _, _) in evaluation.PerClass)
            table.Add([evaluation.Classes[label], .. evaluation.Classes.Select((_, k) => (object)((double)evaluation.Confusion(label, k) / count))]);
        return table;
    }

    private static CsvText CalibrationBins(Calibration plain, Calibration scaled)
    {
        var table = new CsvText("low", "high", "count", "confidence", "accuracy", "scaled_count", "scaled_confidence", "scaled_accuracy");
        foreach (var (bin, other) in plain.Bins.Zip(scaled.Bins))
            table.Add(bin.Low, bin.High, bin.Count, bin.Confidence, bin.Accuracy, other.Count, other.Confidence, other.Accuracy);
        return table;
    }

    private static CsvText Curve(RiskCoverage risk)
    {
        var table = new CsvText("coverage", "risk", "confidence");
        foreach (var point in risk.Curve)
            table.Add(point.Coverage, point.Risk, point.Confidence);
        return table;
    }

    private static CsvText History(LearningHistory history, PredictionTable predictions)
    {
        var table = new CsvText("index", "label", "learned_epoch", "forgotten", "times_right");
        foreach (var (row, sample) in history.Samples.Index())
            table.Add(predictions.Indices[row], predictions.Labels[row], sample.LearnedEpoch, sample.Forgotten, sample.TimesRight);
        return table;
    }

    private static CsvText Suspects(SuspectLabels suspects, SuspectNeighbours near, ImageSamples images, AnalysisResult result, string prefix)
    {
        var classes = result.Evaluation.Classes;
        string[] ofNear =
            [.. Enumerable.Range(1, SuspectNeighbours.Count).SelectMany(rank => new[] { $"near{rank}", $"near{rank}_label", $"near{rank}_similarity" })];
        var table = new CsvText([.. SuspectColumns, .. ofNear]);
        var paths = (images.Origins ?? SampleOrigins.OfPixels(images, prefix)).Paths;
        var trainingPaths = (result.TrainingImages.Origins ?? SampleOrigins.OfPixels(result.TrainingImages, "")).Paths;
        foreach (var (rank, s) in suspects.Ranked.Index())
        {
            var others = near[s.Index].SelectMany(other => new object?[] { trainingPaths[other.Index], classes[other.Label], Math.Round(other.Similarity, 4) });
            table.Add(
            [
                rank + 1, s.Index, s.Label, s.Suggested, classes[s.Label], classes[s.Suggested], s.Score, s.SuggestedProbability, s.OffDiagonal ? 1 : 0,
                paths[s.Index], .. others.Concat(Enumerable.Repeat<object?>(null, ofNear.Length)).Take(ofNear.Length),
            ]);
        }

        return table;
    }

    private static void Text(string folder, string name, CsvText table) => Text(folder, name, table.ToString());

    private static void Text(string folder, string name, string content) =>
        DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), Encoding.UTF8.GetBytes(content));

    private static void Png(string folder, string name, Picture picture)
    {
        using var content = new MemoryStream();
        picture.WritePng(content);
        DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), content.ToArray());
    }
}
