using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>The files of <c>eval/&lt;split&gt;/</c> in a run's folder.</summary>
public static class EvaluationFiles
{
    /// <param name="run">Only a run's owner writes in its folder.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="WeftException">Exit 40 or 41: the files cannot be written.</exception>
    public static string Write(RunLock run, CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result)
    {
        var name = split.ToString().ToLowerInvariant();
        var folder = run.Folder.EvaluationFolder(name);
        try
        {
            run.SubFolder(RunFolder.EvaluationName, name);
            WriteFile(folder, "predictions.csv", writer => result.Predictions.WriteCsv(writer));
            WriteFile(folder, "per_class.csv", writer => WritePerClass(writer, result));
            WriteFile(folder, "confusion_matrix.csv", writer => WriteConfusion(writer, result));
            WriteFile(folder, "metrics.json", writer => writer.Write(Metrics(checkpoint, split, result).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n"));
            return folder;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the evaluation cannot be written", folder, "the run's checkpoints are untouched");
        }
    }

    /// <summary>The object that <c>eval --json</c> prints and <c>metrics.json</c> holds.</summary>
    public static JsonObject Metrics(CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result) => new()
    {
        ["run"] = checkpoint.Run.Path,
        ["checkpoint"] = checkpoint.Name,
        ["split"] = split.ToString().ToLowerInvariant(),
        ["count"] = result.Count,
        ["correct"] = result.Correct,
        ["accuracy"] = result.Accuracy,
        ["accuracy_low"] = result.Interval.Low,
        ["accuracy_high"] = result.Interval.High,
        ["loss"] = double.IsFinite(result.Loss) ? result.Loss : null, // JSON has no word for NaN
        ["macro_f1"] = double.IsFinite(result.MacroF1) ? result.MacroF1 : null,
        ["absent_classes"] = new JsonArray([.. result.LabelCounts.Absent.Select(c => JsonValue.Create(result.Classes[c]))]),
        ["tta"] = result.Augmentation.Mirrored,
        ["tta_shift"] = result.Augmentation.Shift,
        ["data_fingerprint"] = result.DataFingerprint,
    };

    private static void WritePerClass(TextWriter writer, EvaluationResult result)
    {
        writer.Write("class,name,count,predicted,correct,precision,recall,f1\n");
        foreach (var c in result.PerClass)
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{c.Index},{Quoted(c.Name)},{c.Count},{c.Predicted},{c.Correct},{Ratio(c.Precision)},{Ratio(c.Recall)},{Ratio(c.F1)}\n"));
    }

    private static void WriteConfusion(TextWriter writer, EvaluationResult result)
    {
        writer.Write("label\\prediction," + string.Join(',', result.Classes.Select(Quoted)) + "\n");
        for (var label = 0; label < result.Classes.Count; label++)
            writer.Write(Quoted(result.Classes[label]) + "," + string.Join(',', Enumerable.Range(0, result.Classes.Count).Select(prediction => result.Confusion(label, prediction))) + "\n");
    }

    // Nothing where there is no number: what reads the table leaves such a field out of its averages.
    private static string Ratio(double ratio) => double.IsNaN(ratio) ? "" : ratio.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static void WriteFile(string folder, string name, Action<TextWriter> write)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        write(text);
        DurableFile.Write(DiskFiles.Instance, Path.Combine(folder, name), Encoding.UTF8.GetBytes(text.ToString()));
    }
}
