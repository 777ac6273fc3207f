using System.Text;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The files of a run at an MLflow server.</summary>
internal static class MLflowFiles
{
    public static IEnumerable<(string Path, byte[] Content, string Type)> Of(TrackedRun run, SessionEnded end)
    {
        yield return ("config.yaml", RegularFile.ReadOwn(run.Folder.ConfigurationFile, Array.MaxLength), "application/yaml");
        yield return ("run.json", RegularFile.ReadOwn(run.Folder.InformationFile, Array.MaxLength), "application/json");
        var rows = MetricsRow.Header + "\n" + string.Concat(end.Rows.Select(row => row.ToCsv() + "\n"));
        yield return ("metrics.csv", Encoding.UTF8.GetBytes(rows), "text/csv");
        if (end.Observed is { } observed)
        {
            yield return ("evaluation/confusion_matrix.png", ConfusionPicture.Draw(observed.Confusion, observed.Classes), "image/png");
            yield return ("evaluation/confusion_matrix.csv", Encoding.UTF8.GetBytes(Confusion(run, observed).ToString()), "text/csv");
        }

        if (WholeFile.Read(run.Folder.BestCheckpoint) is { } best)
            yield return ("checkpoints/best.safetensors", best, "application/octet-stream");
    }

    private static CsvText Confusion(TrackedRun run, EpochObserved observed)
    {
        var table = new CsvText(["label\\prediction", .. run.Classes]);
        for (var label = 0; label < observed.Classes; label++)
            table.Add([run.Classes[label], .. observed.Confusion.Skip(label * observed.Classes).Take(observed.Classes).Cast<object>()]);
        return table;
    }
}
