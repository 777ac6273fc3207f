namespace Weft.Training;

/// <summary>Where the files of a sweep are. Makes and reads nothing.</summary>
internal sealed record SweepFolder(string Path)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The file that the sweep was made from, as it was given.</summary>
    public string File => System.IO.Path.Combine(Path, "sweep.yaml");

    /// <summary>What was fixed when it was made; it is written last.</summary>
    public string InformationFile => System.IO.Path.Combine(Path, "sweep.json");

    public string TrialsFile => System.IO.Path.Combine(Path, "trials.jsonl");

    public string TableFile => System.IO.Path.Combine(Path, "trials.csv");

    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Held by whoever writes a line of <see cref="TrialsFile"/>, for that moment.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "trials.lock");

    /// <summary>Held by whoever works on a trial.</summary>
    public string ClaimFile(int trial) => System.IO.Path.Combine(Path, "claims", $"{trial:0000}.lock");

    /// <summary>The name of a trial's run.</summary>
    public string RunName(int trial) => $"{Name}-{trial:0000}";
}
