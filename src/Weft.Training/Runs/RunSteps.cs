namespace Weft.Training;

/// <summary>Train a new run.</summary>
public sealed record TrainRun : NextStep
{
    /// <summary>The recipe to start from; null: the usual configuration.</summary>
    public string? Recipe { get; init; }

    /// <summary>The folder of the data; null: the usual data.</summary>
    public string? Data { get; init; }

    /// <summary>Where the run is put; null: the usual folder of runs.</summary>
    public RunStore? Store { get; init; }

    /// <summary>Values that differ from the recipe's or from the defaults.</summary>
    public IReadOnlyList<ConfigurationValue> Changes { get; init; } = [];
}

/// <summary>Train a run's configuration anew, as another run next to it.</summary>
/// <param name="Changes">Values that differ from the run's; empty: none.</param>
public sealed record RetrainWith(RunFolder Run, IReadOnlyList<ConfigurationValue> Changes) : NextStep;

/// <summary>Go on with a run that was stopped.</summary>
public sealed record ResumeRun(RunFolder Run) : NextStep;

/// <summary>Train a run that has ended for more epochs.</summary>
/// <param name="AreMore">Whether so many are added; else the run shall have so many in all.</param>
public sealed record ExtendRun(RunFolder Run, int Epochs, bool AreMore) : NextStep;

/// <summary>Begin a new run from a checkpoint's weights.</summary>
/// <param name="Checkpoint">"best", "last" or the epoch's number.</param>
internal sealed record ForkRun(RunFolder Run, string Checkpoint) : NextStep;

/// <summary>Measure a checkpoint of a run.</summary>
public sealed record EvaluateRun(RunFolder Run) : NextStep
{
    /// <summary>"best", "last" or the epoch's number; null: the usual one.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The part of the data; null: the usual one.</summary>
    public EvaluationSplit? Split { get; init; }

    /// <summary>Another labelled set; null: the run's own data.</summary>
    internal string? Data { get; init; }

    /// <summary>Whether pictures of classes that the model does not know are left out.</summary>
    internal bool OnlyKnownClasses { get; init; }
}

/// <summary>Name another checkpoint of the run, which is whole.</summary>
/// <param name="Checkpoint">"best" or "last".</param>
internal sealed record UseCheckpoint(RunFolder Run, string Checkpoint) : NextStep;

/// <summary>Look at a run, and at the checkpoints that it has.</summary>
internal sealed record ShowRun(RunFolder Run) : NextStep;

/// <summary>Watch a run that another process trains.</summary>
internal sealed record WatchRun(RunFolder Run) : NextStep;

/// <summary>Look at the runs of a folder.</summary>
internal sealed record ListRuns(RunStore Store) : NextStep;

/// <summary>Write a run's configuration anew from its checkpoint.</summary>
internal sealed record RestoreConfiguration(RunFolder Run) : NextStep;

/// <summary>Hand a run over to a tracker, from where an earlier hand-over ended.</summary>
/// <param name="Tracker">The tracker's name in lower case.</param>
internal sealed record HandOverRun(RunFolder Run, string Tracker) : NextStep;
