using Weft.Training;

namespace Weft.App;

/// <summary>How a run stands.</summary>
public enum RunState
{
    /// <summary>A process trains it at this moment.</summary>
    Training = 0,
    Completed = 1,

    /// <summary>It ended before its last epoch because a policy said so.</summary>
    StoppedEarly = 2,

    /// <summary>Somebody stopped it; it can be resumed.</summary>
    Interrupted = 3,
    Diverged = 4,

    /// <summary>Its process is gone without a word; it can be resumed.</summary>
    Unfinished = 5,

    /// <summary>Its files cannot be read by this version.</summary>
    Unreadable = 6,
}

/// <summary>What the list of runs shows of one.</summary>
/// <param name="Information">Null where <paramref name="State"/> is unreadable.</param>
/// <param name="Rows">A row an epoch.</param>
/// <param name="Epochs">As planned.</param>
/// <param name="Progress">0…1 of all planned steps.</param>
/// <param name="Changed">When the run last said anything.</param>
/// <param name="Word">Its last word, or what is wrong with its files.</param>
/// <param name="Revision">Another number whenever anything of the run is different.</param>
public sealed record RunCard(
    string Name, RunInformation? Information, IReadOnlyList<MetricsRow> Rows, RunState State, int Epochs,
    double Progress, DateTimeOffset Changed, string Word, long Revision)
{
    public MetricsRow? Best { get; } = BestRule.Of(Information?.BestMetric).Best(Rows);

    public int EpochsDone => Rows.Count == 0 ? 0 : Rows[^1].Epoch;

    public TimeSpan Trained => TimeSpan.FromSeconds(Rows.Sum(row => row.Seconds));

    public string StateText => State switch
    {
        RunState.Training => "training",
        RunState.Completed => "completed",
        RunState.StoppedEarly => "stopped early",
        RunState.Interrupted => "interrupted",
        RunState.Diverged => "diverged",
        RunState.Unfinished => "unfinished",
        _ => "unreadable",
    };

    /// <summary>The state of a run by its last word.</summary>
    public static RunState StateOf(RunStopped? stopped, bool isBeingTrained) => isBeingTrained ? RunState.Training : stopped?.Reason switch
    {
        null => RunState.Unfinished,
        StopReasons.Completed => RunState.Completed,
        StopReasons.Interrupted => RunState.Interrupted,
        StopReasons.Diverged => RunState.Diverged,
        _ => RunState.StoppedEarly,
    };
}
