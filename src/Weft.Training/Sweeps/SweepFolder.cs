namespace Weft.Training;

/// <summary>Where the files of a sweep are. Makes and reads nothing.</summary>
internal sealed record SweepFolder(string Path)
{
    private const string AttemptMark = "-a";

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The file that the sweep was made from, as it was given.</summary>
    public string File => System.IO.Path.Combine(Path, "sweep.yaml");

    /// <summary>What was fixed when it was made; it is written last.</summary>
    public string InformationFile => System.IO.Path.Combine(Path, "sweep.json");

    public string TrialsFile => System.IO.Path.Combine(Path, "trials.jsonl");

    public string TableFile => System.IO.Path.Combine(Path, "trials.csv");

    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    /// <summary>What fresh seeds came to, of a sweep that had its finals.</summary>
    public string FinalsFile => System.IO.Path.Combine(Path, "finals.csv");

    /// <summary>Held by whoever writes a line of <see cref="TrialsFile"/>, for that moment.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "trials.lock");

    /// <summary>Held by whoever works on a trial.</summary>
    public string ClaimFile(int trial) => System.IO.Path.Combine(Path, "claims", $"{trial:0000}.lock");

    /// <summary>The name of a trial's run.</summary>
    public string RunName(int trial) => $"{Name}-{trial:0000}";

    /// <summary>The name of a run that was begun again because another process had the run of that name open and lost the trial.</summary>
    public static string RunName(string name, int attempt) => $"{name}{AttemptMark}{attempt}";

    /// <summary>The runs of that name, those that were begun again after it.</summary>
    public static IEnumerable<RunFolder> RunsOf(RunStore runs, string name) => !Directory.Exists(runs.Folder) ? [] :
        Directory.EnumerateDirectories(runs.Folder, $"{name}{AttemptMark}*").Order(StringComparer.Ordinal)
            .Prepend(System.IO.Path.Combine(runs.Folder, name)).Where(Directory.Exists).Select(path => new RunFolder(path));

    /// <summary>The run that says what a trial's row says, as far as it is in that folder of runs.</summary>
    public RunFolder RunOf(RunStore runs, TrialRow trial) =>
        RunsOf(runs, RunName(trial.Number)).FirstOrDefault(run => new RunReader(run).Metrics().Count >= trial.Epochs)
            ?? new RunFolder(System.IO.Path.Combine(runs.Folder, RunName(trial.Number)));

    /// <summary>The number of the last trial that has a run in that folder of runs; −1 where none has.</summary>
    public int LastTrial(RunStore runs) => TrialNote.LastTrial(runs, Name);
}
