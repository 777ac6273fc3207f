using Weft.Training;

namespace Weft.App;

/// <summary>What a list of runs says about one of them.</summary>
internal sealed class RunSummary
{
    private readonly RunRecords _records;

    /// <exception cref="WeftException">Exit 32, 33 or 41: its records cannot be read.</exception>
    public RunSummary(RunReader run)
    {
        Run = run;
        _records = run.Records();
        Best = _records.Best;
        IsReleased = TrialNote.Read(run.Folder) is { IsReleased: true };
        Epochs = _records.Events.Select(
            happened => happened switch { RunStarted started => started.Epochs, RunResumed resumed => resumed.Epochs, _ => (int?)null })
            .LastOrDefault(epochs => epochs is not null)
            ?? run.TryConfiguration()?.Value.Training.Epochs;
    }

    public RunReader Run { get; }

    /// <summary>What is damaged in its records and left out; null where nothing is.</summary>
    public string? Damage => _records.Damage;

    public string Name => Run.Folder.Name;

    public DateTimeOffset Started => Run.Information.Started;

    public MetricsRow? Best { get; }

    public IReadOnlyList<MetricsRow> Rows => _records.Rows;

    public int EpochsDone => Rows is [.., var last] ? last.Epoch : 0;

    /// <summary>As planned, by what the last process that trained it said, or by its configuration; null where neither is there.</summary>
    public int? Epochs { get; }

    public TimeSpan Trained => TimeSpan.FromSeconds(Rows.Sum(row => row.Seconds));

    /// <summary>The last word of the run about itself; null while it is trained, or after a kill.</summary>
    public RunStopped? Stopped => _records.Events.LastOrDefault(e => e is RunStopped or RunResumed or RunStarted) as RunStopped;

    /// <summary>"training", a stop reason, or "unfinished" for a run whose process is gone without a word.</summary>
    public string State => Run.IsBeingTrained ? "training" : Stopped?.Reason.Replace('_', ' ') ?? "unfinished";

    /// <summary>Whether its checkpoints were deleted, since the sweep that it is a trial of keeps those of the best.</summary>
    public bool IsReleased { get; }

    public RunDocument ToDocument() => new()
    {
        Run = Run.Folder.Path,
        Name = Name,
        Model = Run.Information.Model,
        Seed = Run.Information.Seed,
        Started = Started,
        State = State,
        Epochs = EpochsDone,
        PlannedEpochs = Epochs,
        BestEpoch = Best?.Epoch,
        ValidationAccuracy = Best?.ValidationAccuracy,
        ValidationLoss = Best?.ValidationLoss,
        Metrics = Best?.Further is { Count: > 0 } further
            ? further.ToDictionary(metric => metric.Key, metric => double.IsFinite(metric.Value) ? metric.Value : (double?)null) : null,
        ValidationImages = Run.Information.Data.Validation,
        TrainSeconds = Trained.TotalSeconds,
        Damage = Damage,
    };
}
