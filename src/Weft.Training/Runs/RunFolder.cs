namespace Weft.Training;

/// <summary>Where the parts of a run lie. Nothing here reads or writes.</summary>
public sealed record RunFolder
{
    internal const string ModelFileName = "model.yaml";
    internal const string CheckpointsName = "checkpoints";
    internal const string EvaluationName = "eval";

    public RunFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));
    }

    public string Path { get; }

    public string Name { get; }

    public string ConfigurationFile => In("config.yaml");

    /// <summary>The network, of a run whose model came from a file.</summary>
    public string ModelFile => In(ModelFileName);

    public string InformationFile => In("run.json");

    public string EventsFile => In("events.jsonl");

    public string MetricsFile => In("metrics.csv");

    public string ReportFile => In("report.html");

    public string CheckpointsFolder => In(CheckpointsName);

    public string BestCheckpoint => Checkpoint("best");

    public string LastCheckpoint => Checkpoint("last");

    /// <summary>The valid last one before <see cref="LastCheckpoint"/>.</summary>
    public string PreviousCheckpoint => Checkpoint("last.previous");

    internal string LockFile => In("run.lock");

    internal string OwnerFile => In("owner.pid");

    public string EpochCheckpoint(int epoch) => Checkpoint($"epoch-{epoch:0000}");

    /// <param name="split">"validation" or "test".</param>
    public string EvaluationFolder(string split) => In(System.IO.Path.Combine(EvaluationName, split));

    public override string ToString() => Name;

    private string Checkpoint(string name) => System.IO.Path.Combine(CheckpointsFolder, name + ".safetensors");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
