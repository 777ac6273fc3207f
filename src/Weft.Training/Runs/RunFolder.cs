namespace Weft.Training;

/// <summary>Where the parts of a run lie. Nothing here reads or writes.</summary>
public sealed record RunFolder
{
    internal const string ModelFileName = "model.yaml";
    internal const string CorrectionsFileName = "corrections.csv";
    internal const string CheckpointsName = "checkpoints";
    internal const string EvaluationName = "eval";
    internal const string BestName = "best" + CheckpointEnding;
    internal const string LastName = "last" + CheckpointEnding;
    private const string CheckpointEnding = ".safetensors";

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

    /// <summary>The corrections of labels as they were when the run began, of a run that has some.</summary>
    internal string CorrectionsFile => In(CorrectionsFileName);

    /// <summary>What the run knows of the sweep that trained it, of a trial or a finalist.</summary>
    internal string TrialFile => In("trial.json");

    public string InformationFile => In("run.json");

    public string EventsFile => In("events.jsonl");

    public string MetricsFile => In("metrics.csv");

    /// <summary>How the network describes the training pictures, of a run whose last layer was fitted to that.</summary>
    internal string FeaturesFile => In("features.safetensors");

    /// <summary>Which picture was trained on and which one validated with, of a run on picture files.</summary>
    internal string SplitFile => In("split.csv");

    public string ReportFile => In("report.html");

    public string CheckpointsFolder => In(CheckpointsName);

    public string BestCheckpoint => Checkpoint(BestName);

    public string LastCheckpoint => Checkpoint(LastName);

    /// <summary>The valid last one before <see cref="LastCheckpoint"/>.</summary>
    public string PreviousCheckpoint => Checkpoint("last.previous" + CheckpointEnding);

    internal string LockFile => In("run.lock");

    internal string OwnerFile => In("owner.pid");

    public string EpochCheckpoint(int epoch) => Checkpoint(EpochName(epoch));

    /// <param name="split">"validation" or "test".</param>
    public string EvaluationFolder(string split) => In(System.IO.Path.Combine(EvaluationName, split));

    public override string ToString() => Name;

    internal static string EpochName(int epoch) => $"epoch-{epoch:0000}{CheckpointEnding}";

    private string Checkpoint(string file) => System.IO.Path.Combine(CheckpointsFolder, file);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
