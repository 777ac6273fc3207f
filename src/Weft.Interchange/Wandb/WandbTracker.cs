using System.Text;
using Weft.Interchange.WandbWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// A run as the records of a W&amp;B run, in the order its readers need: run, environment, metrics; then what happened; then summary, files and exit.
/// </summary>
internal sealed class WandbTracker(TrackedRun run, WandbSettings settings, IWandbSink sink) : ITracker
{
    private readonly WandbRecords _records = new(run, settings);
    private readonly Dictionary<string, (double Min, double Max)> _extremes = [];

    public string Where => sink.Where;

    public void Take(RunMoment moment)
    {
        switch (moment)
        {
            case SessionBegan session:
                Begin(session);
                break;
            case StepTold step:
                History(step, [("epoch", step.Step.Epoch), ("step", step.Step.Step), .. TrackedValues.Of(step)
                    .Select(value => (value.Name, (object?)value.Value))]);
                break;
            case EpochTold epoch:
                History(epoch, [("epoch", epoch.Epoch.Epoch), ("step", epoch.Epoch.Step), .. TrackedValues.Of(epoch)
                    .Select(value => (value.Name, (object?)value.Value)), .. Histograms(epoch.Observed)]);
                break;
            case SystemTold system:
                sink.Write(new Record { Stats = Stats(system) });
                break;
            case LineTold line:
                sink.Write(new Record
                {
                    OutputRaw = new OutputRaw
                    {
                        OutputType = line.IsWarning ? OutputStream.Error : OutputStream.Output,
                        Timestamp = WandbRecords.Time(line),
                        Line = line.Text + "\n",
                    }
                });
                break;
            case SessionEnded end:
                End(end);
                break;
        }
    }

    public void HandOver(bool all, CancellationToken cancellationToken) => sink.HandOver(all, cancellationToken);

    public void Dispose() => sink.Dispose();

    private void Begin(SessionBegan session)
    {
        sink.Begin(session);
        sink.Write(new Record { Header = new Header { VersionInfo = new VersionInfo { Producer = "weft " + run.Information.Machine.WeftVersion } } });
        sink.Write(new Record { Run = _records.Run(session) });
        sink.Write(new Record { Environment = _records.Environment(session) });
        foreach (var metric in WandbRecords.Metrics())
            sink.Write(new Record { Metric = metric });
        AddFiles(
            FilePolicy.Now, ("weft/config.yaml", RegularFile.ReadOwn(run.Folder.ConfigurationFile, Array.MaxLength)),
            ("weft/run.json", RegularFile.ReadOwn(run.Folder.InformationFile, Array.MaxLength)));
    }

    private void History(RowMoment row, IReadOnlyList<(string Key, object? Value)> values)
    {
        List<(string Key, object? Value)> all = [.. values, ("_runtime", row.Runtime), ("_timestamp", row.UnixSeconds), ("_step", row.Row)];
        sink.Write(new Record
        {
            History = new History
            {
                Step = new HistoryStep { Num = row.Row },
                Item = { all.SelectMany(value => WandbItems.Flatten(value.Key, value.Value)) }
            }
        });
        all.Add(("_wandb", WandbItems.Object(("runtime", (int)row.Runtime))));
        sink.Write(new Record
        {
            Summary = new Summary
            {
                Update = { all.SelectMany(value => WandbItems.Flatten(value.Key, Summarized(value.Key, value.Value))) },
            }
        });
    }

    // A metric that was defined with a goal has its best and its last value in the summary.
    private object? Summarized(string key, object? value)
    {
        if (value is not double number || TrackedValues.All.FirstOrDefault(known => known.Name == key) is not { PerEpoch: true, Goal: not 0 } known)
            return value;
        var (min, max) = _extremes.GetValueOrDefault(key, (number, number));
        _extremes[key] = (min, max) = (number < min || double.IsNaN(min) ? number : min, number > max || double.IsNaN(max) ? number : max);
        return known.Goal > 0 ? WandbItems.Object(("last", number), ("max", max)) : WandbItems.Object(("last", number), ("min", min));
    }

    private static IEnumerable<(string, object?)> Histograms(EpochObserved? observed) => observed is null ? [] :
    [
        .. observed.Weights.Where(tensor => tensor.Counts.Count > 0).Select(tensor => ("weights/" + tensor.Name, (object?)Histogram(tensor))),
        .. observed.Gradients.Where(tensor => tensor.Counts.Count > 0).Select(tensor => ("gradients/" + tensor.Name, (object?)Histogram(tensor))),
    ];

    private static Dictionary<string, object?> Histogram(TensorHistogram tensor) => WandbItems.Object(
        ("_type", "histogram"), ("values", tensor.Counts), ("bins", Enumerable.Range(0, tensor.Counts.Count + 1).Select(tensor.Edge).ToArray()));

    private static Stats Stats(SystemTold told)
    {
        var sampled = told.Sampled;
        (string Key, double Value)[] values =
        [
            ("cpu", 100 * sampled.CpuShare), ("memory", 100 * sampled.MemoryShare), ("proc.memory.rssMB", sampled.MemoryBytes / (double)(1 << 20)),
            ("images_per_second", sampled.ImagesPerSecond), ("data_wait", 100 * sampled.DataWaitShare),
        ];
        return new Stats
        {
            Timestamp = WandbRecords.Time(told),
            Item = { values.Select(value => new StatsItem { Key = value.Key, ValueJson = WandbJson.Write(value.Value) }) }
        };
    }

    private void End(SessionEnded end)
    {
        if (end.Best is { } best)
            Charts(end, best);
        sink.Write(new Record { Summary = new Summary { Update = { Results(end).SelectMany(value => WandbItems.Flatten(value.Key, value.Value)) } } });
        var rows = new StringBuilder(MetricsRow.Header).Append('\n');
        foreach (var row in end.Rows)
            rows.Append(row.ToCsv()).Append('\n');
        AddFiles(FilePolicy.End, ("weft/metrics.csv", Encoding.UTF8.GetBytes(rows.ToString())));
        sink.Write(new Record { Exit = new Exit { ExitCode = end.ExitStatus, Runtime = (int)end.Runtime } });
        sink.Write(new Record { Final = new Final() });
        sink.Write(new Record { Footer = new Footer() });
        sink.End(end);
    }

    private void Charts(SessionEnded end, EpochDone best)
    {
        List<WandbChart> charts = [WandbChart.Comparison(run, best)];
        if (end.Observed is { } observed)
            charts.AddRange([WandbChart.Confusion(observed, run.Classes), WandbChart.Recall(observed, run.Classes)]);
        var values = new List<(string, object?)>();
        foreach (var chart in charts)
        {
            var table = WandbMedia.Table(chart.TableKey, end.Row, chart.Table());
            AddMedia(table);
            sink.Write(new Record
            {
                Config = new Config
                {
                    Update = { new Item { NestedKey = { "_wandb", "visualize", chart.Key }, ValueJson = WandbJson.Write(chart.Panel()) } },
                }
            });
            values.Add((chart.TableKey, table.TableValue(chart.Columns.Length, chart.Rows.Count)));
        }

        if (end.Samples is { } samples && end.Observed is { } seen && seen.SampleProbabilities.Count == samples.Indices.Count * seen.Classes)
            values.Add((WandbPredictions.Key, Predictions(new WandbPredictions(run, samples, seen, end.Row))));
        History(end, values);
    }

    private Dictionary<string, object?> Predictions(WandbPredictions predictions)
    {
        AddMedia([.. predictions.Images.DistinctBy(image => image.Path), predictions.Table]);
        var hasArtifact = sink.LocalPath(predictions.Table.Path) is not null;
        if (hasArtifact)
            sink.Write(new Record { Artifact = predictions.Artifact(_records.RunId, settings, path => sink.LocalPath(path)!) });
        return predictions.Value(hasArtifact);
    }

    private static (string Key, object? Value)[] Results(SessionEnded end) =>
    [
        ("stop_reason", end.Reason), ("epochs", end.Epochs), ("steps", end.Step), ("best_epoch", end.Best?.Epoch),
        ("best_validation_accuracy", end.Best?.ValidationAccuracy), ("best_validation_loss", end.Best?.ValidationLoss),
        ("_runtime", end.Runtime), ("_wandb", WandbItems.Object(("runtime", (int)end.Runtime))),
    ];

    private void AddFiles(FilePolicy policy, params ReadOnlySpan<(string Path, byte[] Content)> files)
    {
        var record = new Files();
        foreach (var (path, content) in files)
        {
            sink.AddFile(path, content);
            record.Files_.Add(new FilesItem { Path = path, Policy = policy });
        }

        sink.Write(new Record { Files = record });
    }

    private void AddMedia(params IReadOnlyList<WandbMedia> media)
    {
        var record = new Files();
        foreach (var file in media)
        {
            sink.AddFile(file.Path, file.Content);
            record.Files_.Add(new FilesItem { Path = file.Path, Policy = FilePolicy.Now, Type = WandbWire.FileKind.Media });
        }

        sink.Write(new Record { Files = record });
    }
}
