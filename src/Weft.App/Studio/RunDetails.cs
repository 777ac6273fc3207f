using Weft.Training;

namespace Weft.App;

/// <summary>What the page of a run shows besides its card, taken from its history at one moment.</summary>
public sealed record RunDetails(IReadOnlyList<Chart> Charts, IReadOnlyList<EpochDone> Epochs, IReadOnlyList<Warned> Warnings, int DamagedLines)
{
    /// <summary>The running means of the epoch that is being trained; null where none is.</summary>
    public StepDone? Current { get; init; }

    /// <summary>Steps of the epoch that is being trained, of all its steps.</summary>
    public (long Done, int All) Step { get; init; }

    /// <summary>At the pace of the last epochs; null while it cannot be told.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>[label, prediction] of the last validation; empty before there was one.</summary>
    public IReadOnlyList<int> Confusion { get; init; } = [];

    /// <summary>The epoch of <see cref="Confusion"/>.</summary>
    public int ConfusionEpoch { get; init; }

    internal static RunDetails Of(RunCard run, RunHistory history, ChartView view)
    {
        var isTraining = run.State == RunState.Training;
        var current = isTraining && history.Steps is [.., var last] && (history.Epochs.Count == 0 || last.Step > history.Epochs[^1].Step) ? last : null;
        return new RunDetails(RunCharts.Of(history, view), [.. history.Epochs], [.. history.Warnings], history.DamagedLines)
        {
            Current = current,
            Step = current is null ? default : (current.Step - (current.Epoch - 1L) * history.StepsPerEpoch, history.StepsPerEpoch),
            Left = isTraining ? TimeLeft(history, current) : null,
            Confusion = history.Observed?.Confusion ?? [],
            ConfusionEpoch = history.Observed?.Epoch ?? 0,
        };
    }

    private static TimeSpan? TimeLeft(RunHistory history, StepDone? current)
    {
        var done = current is null ? history.Epochs.Count : history.EpochOf(current.Step);
        if (history.PlannedEpochs == 0 || done <= 0)
            return null;
        var perEpoch = history.Epochs.Count > 0 ? history.Epochs.TakeLast(3).Average(epoch => epoch.Seconds) : history.SecondsAt(done) / done;
        return perEpoch > 0 ? TimeSpan.FromSeconds((history.PlannedEpochs - done) * perEpoch) : null;
    }
}
