using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>The files of <c>analysis/&lt;split&gt;/</c> in a run's folder, and the evaluation's in <c>eval/&lt;split&gt;/</c>.</summary>
public static class AnalysisFiles
{
    private const string FolderName = "analysis";
    private const int SuspectsShown = 48;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The folder of a split's analysis.</summary>
    public static string Folder(RunFolder run, EvaluationSplit split) => Path.Combine(run.Path, FolderName, split.ToString().ToLowerInvariant());

    /// <param name="run">Only a run's owner writes in its folder.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="WeftException">Exit 40 or 41: the files cannot be written.</exception>
    public static string Write(RunLock run, AnalysisResult result)
    {
        if (!Directory.Exists(run.Folder.EvaluationFolder(result.Split.ToString().ToLowerInvariant())))
            EvaluationFiles.Write(run, result.Checkpoint, result.Split, result.Evaluation); // what `eval` wrote may be of another checkpoint, or of mirrored images too: it stays
        var folder = Folder(run.Folder, result.Split);
        var classes = result.Evaluation.Classes;
        try
        {
            run.SubFolder(FolderName, result.Split.ToString().ToLowerInvariant());
            using var table = new StringWriter(CultureInfo.InvariantCulture);
            result.Evaluation.Predictions.WriteCsv(table);
            Text(folder, "predictions.csv", table.ToString());
            Text(folder, "analysis.json", AnalysisSeal.Apply(AnalysisJson.Summary(result)).ToJsonString(Indented) + "\n");
            Text(folder, "cases.json", AnalysisSeal.Apply(AnalysisJson.Cases(result)).ToJsonString(Indented) + "\n");
            Text(folder, "confused_pairs.csv", Csv("label,prediction,label_name,prediction_name,count,share_of_mistakes,rate_of_label",
                result.Pairs.Select(pair => (object[])[pair.Label, pair.Prediction, classes[pair.Label], classes[pair.Prediction], pair.Count, pair.Share, pair.Rate])));
            Text(folder, "confusion_normalized.csv", Csv("label\\prediction," + string.Join(',', classes.Select(name => $"{Field(name)}")), Enumerable.Range(0, classes.Count).Select(label =>
                (object[])
                [
                    classes[label],
                    .. Enumerable.Range(0, classes.Count)
                        .Select(k => (object)((double)result.Evaluation.Confusion(label, k) / result.Evaluation.PerClass[label].Count)),
                ])));
            Text(folder, "calibration.csv", Csv("low,high,count,confidence,accuracy,scaled_count,scaled_confidence,scaled_accuracy",
                result.Calibration.Bins.Zip(result.Scaled.Bins, (bin, scaled) => (object[])[bin.Low, bin.High, bin.Count, bin.Confidence, bin.Accuracy, scaled.Count, scaled.Confidence, scaled.Accuracy])));
            Text(folder, "risk_coverage.csv", Csv("coverage,risk,confidence", result.RiskCoverage.Curve.Select(point => (object[])[point.Coverage, point.Risk, point.Confidence])));
            Text(folder, "suspects.csv", Suspects(result.Suspects, classes));
            Png(folder, "top_losses.png", AnalysisPictures.Gallery(result.Galleries.TopLosses, result.Images, classes));
            Png(folder, "confidently_wrong.png", AnalysisPictures.Gallery(result.Galleries.ConfidentlyWrong, result.Images, classes));
            Png(folder, "least_certain.png", AnalysisPictures.Gallery(result.Galleries.LeastCertain, result.Images, classes));
            Png(folder, "suspects.png", AnalysisPictures.Suspects([.. result.Suspects.Ranked.Take(SuspectsShown)], result.Images, classes));
            Png(folder, "cases.png", AnalysisPictures.Cases(result.Cases, result.Images.Shape, classes));
            if (result.History is { } history)
            {
                var predictions = result.Evaluation.Predictions;
                Text(folder, "history.csv", Csv("index,label,learned_epoch,forgotten,times_right", history.Samples.Select((sample, row) =>
                    (object[])[predictions.Indices[row], predictions.Labels[row], sample.LearnedEpoch?.ToString(CultureInfo.InvariantCulture) ?? "", sample.Forgotten, sample.TimesRight])));
            }

            if (result.TrainingSuspects is { } training)
            {
                Text(folder, "suspects_training.csv", Suspects(training, classes));
                Png(folder, "suspects_training.png", AnalysisPictures.Suspects([.. training.Ranked.Take(SuspectsShown)], result.TrainingImages, classes));
            }

            return folder;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the analysis cannot be written", folder, "the run's checkpoints are untouched");
        }
    }

    private static string Suspects(SuspectLabels suspects, IReadOnlyList<string> classes) => Csv("rank,index,label,suggested,label_name,suggested_name,score,suggested_probability,label_error",
        suspects.Ranked.Select((s, rank) => (object[])[rank + 1, s.Index, s.Label, s.Suggested, classes[s.Label], classes[s.Suggested], s.Score, s.SuggestedProbability, s.OffDiagonal ? 1 : 0]));

    private static string Csv(string header, IEnumerable<object[]> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var row in rows)
            text.AppendJoin(',', row.Select(value =>
                value is string name ? Field(name) : value is double.NaN ? "" : Convert.ToString(value, CultureInfo.InvariantCulture))).Append('\n');
        return text.ToString();
    }

    private static string Field(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static void Text(string folder, string name, string content) => DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), Encoding.UTF8.GetBytes(content));

    private static void Png(string folder, string name, Picture picture)
    {
        using var content = new MemoryStream();
        picture.WritePng(content);
        DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), content.ToArray());
    }
}
