using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>sweep</c> and <c>sweep show</c> print.</summary>
/// <param name="Sweep">Its folder.</param>
/// <param name="Trials">How many there are so far.</param>
/// <param name="BestRun">The folder of the best trial's run; null before a trial is finished.</param>
/// <param name="Settings">Those of the best trial, by key.</param>
/// <param name="ValidationLoss">The best trial's, at its best epoch.</param>
/// <param name="ValidationAccuracy">The best trial's, at its best epoch.</param>
/// <param name="Epochs">Trained in all.</param>
/// <param name="Seconds">From the first trial's beginning to the last end.</param>
internal sealed record SweepDocument(
    string Sweep, int Trials, int Finished, int Pruned, int Failed, string? BestRun, int? BestTrial, IReadOnlyDictionary<string, string>? Settings,
    double? ValidationLoss, double? ValidationAccuracy, long Epochs, double Seconds, string StopReason)
{
    /// <summary>Left out where the sweep's metric is one of the two.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SweepValueEntry? Best { get; init; }

    /// <summary>Left out by <c>sweep</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrialEntry>? Table { get; init; }

    /// <summary>How much of the values' variance each parameter explains; left out by <c>sweep</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Importance { get; init; }

    /// <summary>The page about it; left out where none was written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Report { get; init; }

    public static SweepDocument Of(Sweep sweep, RunStore runs, string stopReason)
    {
        var table = sweep.Table();
        var best = table.Best;
        var metric = sweep.Definition.Metric;
        return new SweepDocument(
            sweep.Folder.Path, table.Rows.Trials.Count, table.Count(TrialState.Finished), table.Count(TrialState.Pruned), table.Count(TrialState.Failed),
            best is null ? null : sweep.RunOf(runs, best, table.Rows.Trials).Path, best?.Number, best is null ? null : sweep.SettingsOf(best),
            best?.Best?.Loss, best?.Best?.Accuracy, table.Epochs, table.Duration.TotalSeconds, stopReason)
        {
            Best = best is null || metric is ValidationLossMetric or ValidationAccuracyMetric ? null : new SweepValueEntry(metric.Name, best.Best!.Value.Value),
        };
    }
}

/// <summary>A value of the sweep's metric.</summary>
internal sealed record SweepValueEntry(string Metric, double Value);

/// <summary>A trial of a sweep.</summary>
/// <param name="State">ready, running, pruned, finished or failed.</param>
/// <param name="Reason">Why it ended as it did; null where there is nothing to say.</param>
internal sealed record TrialEntry(
    int Trial, string State, int Epochs, double? ValidationLoss, double? ValidationAccuracy, IReadOnlyDictionary<string, string> Settings, string? Reason);

/// <summary>What <c>sweep plan</c> prints.</summary>
/// <param name="Epochs">Those of the longest trial.</param>
/// <param name="Rungs">After which epochs the pruner looks at a trial.</param>
/// <param name="EpochsAtMost">Trained in all, if no trial is pruned.</param>
/// <param name="EstimatedSeconds">For so many, one after the other.</param>
/// <param name="DiskBytes">What all checkpoints take.</param>
/// <param name="Suggestions">The settings of the first trials, by key; trial 0 is the default.</param>
internal sealed record SweepPlanDocument(
    string Method, int? Trials, int Parallel, int Epochs, IReadOnlyList<int> Rungs, long EpochsAtMost, double EstimatedSeconds, long DiskBytes,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Suggestions);

/// <summary>What <c>sweep start</c> prints.</summary>
/// <param name="Sweep">Its folder.</param>
/// <param name="Kind">slurm, kubernetes or ssh.</param>
/// <param name="Text">The script, or the Job.</param>
internal sealed record SweepStartDocument(string Sweep, string Kind, string Text);

/// <summary>What <c>sweep rebuild</c> prints.</summary>
/// <param name="Sweep">Its folder.</param>
/// <param name="Trials">How many rows there are now.</param>
/// <param name="Over">How many of their trials are over.</param>
/// <param name="Waiting">Runs of later trials, which count when those before them are further.</param>
internal sealed record SweepRebuiltDocument(string Sweep, int Trials, int Over, int Waiting);
