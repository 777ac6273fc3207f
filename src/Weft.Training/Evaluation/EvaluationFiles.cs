using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>The files of <c>eval/&lt;split&gt;/</c> in a run's folder.</summary>
internal static class EvaluationFiles
{
    internal const string MetricsName = "metrics.json";

    /// <param name="run">Only a run's owner writes in its folder.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the files cannot be written.</exception>
    public static string Write(RunLock run, CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result) =>
        Write(run, split.ToString().ToLowerInvariant(), new EvaluationDocument(checkpoint, split, result), result);

    /// <param name="name">The folder's.</param>
    /// <param name="paths">Where the samples lie, in the order of the result, of pictures that are not the run's own.</param>
    /// <inheritdoc cref="Write(RunLock, CheckpointReference, EvaluationSplit, EvaluationResult)"/>
    internal static string Write(RunLock run, string name, EvaluationDocument document, EvaluationResult result, IReadOnlyList<string>? paths = null)
    {
        var folder = run.Folder.EvaluationFolder(name);
        try
        {
            run.SubFolder(RunFolder.EvaluationName, name);
            using var table = new StringWriter(CultureInfo.InvariantCulture);
            result.Predictions.WriteCsv(table);
            WriteFile(folder, "predictions.csv", table.ToString());
            WriteFile(folder, "per_class.csv", PerClass(result).ToString());
            WriteFile(folder, "confusion_matrix.csv", Confusion(result).ToString());
            WriteFile(folder, MetricsName, JsonSerializer.Serialize(document, EvaluationJson.File) + "\n");
            if (paths is not null)
                WriteFile(folder, "pictures.csv", Pictures(result, paths).ToString());
            return folder;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the evaluation cannot be written", folder, "the run's checkpoints are untouched");
        }
    }

    private static CsvText PerClass(EvaluationResult result)
    {
        var table = new CsvText("class", "name", "count", "predicted", "correct", "precision", "recall", "f1");
        foreach (var c in result.PerClass)
            table.Add(c.Index, c.Name, c.Count, c.Predicted, c.Correct, c.Precision, c.Recall, c.F1);
        return table;
    }

    private static CsvText Pictures(EvaluationResult result, IReadOnlyList<string> paths)
    {
        var table = new CsvText("path", "label", "prediction", "probability");
        for (var row = 0; row < result.Count; row++)
        {
            var prediction = result.Predictions.Predictions[row];
            table.Add(paths[row], result.Classes[result.Predictions.Labels[row]], prediction < 0 ? null : result.Classes[prediction],
                prediction < 0 ? null : result.Predictions.Probabilities(row)[prediction]);
        }

        return table;
    }

    private static CsvText Confusion(EvaluationResult result)
    {
        var table = new CsvText(["label\\prediction", .. result.Classes]);
        foreach (var (label, name) in result.Classes.Index())
            table.Add([name, .. result.Classes.Select((_, prediction) => (object)result.Confusion(label, prediction))]);
        return table;
    }

    private static void WriteFile(string folder, string name, string text) =>
        DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), Encoding.UTF8.GetBytes(text));
}
