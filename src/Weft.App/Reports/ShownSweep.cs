using Weft.Training;

namespace Weft.App;

/// <summary>A sweep as the report and the studio show it: all of it as it was at one moment.</summary>
public sealed class ShownSweep
{
    private readonly SweepTable _table;

    internal ShownSweep(Sweep sweep)
    {
        (Name, Definition, Information) = (sweep.Folder.Name, sweep.Definition, sweep.Information);
        _table = sweep.Table();
        Reference = SweepText.Reference(sweep);
        FileText = sweep.FileText;
        Rungs = SweepInsight.Rungs(sweep, Trials);
        Bill = SweepInsight.Bill(sweep, Trials);
        Importance = [.. SweepInsight.Importance(Definition, Trials).OrderByDescending(pair => pair.Value)];
        Finals = FinalsFile.Read(sweep.Folder.FinalsFile);
        Cap = sweep.Rule.CapOf(_table.Rows);
        OriginOf = trial => sweep.OriginOf(trial, Trials);
        RunOf = trial => sweep.Folder.RunName(OriginOf(trial));
    }

    public string Name { get; }

    /// <summary>What names it in a command.</summary>
    public string Reference { get; }

    /// <summary>Its file as it was given.</summary>
    public string FileText { get; }

    internal SweepDefinition Definition { get; }

    internal SweepInformation Information { get; }

    internal IReadOnlyList<TrialRow> Trials => _table.Rows.Trials;

    internal IReadOnlyList<RungOutcome> Rungs { get; }

    internal PruningBill Bill { get; }

    /// <summary>By parameter, what explains most first; empty where too few trials say anything.</summary>
    internal IReadOnlyList<KeyValuePair<string, double>> Importance { get; }

    /// <summary>The default first; empty before there were finals.</summary>
    internal IReadOnlyList<FinalsRow> Finals { get; }

    /// <summary>The name of a trial's run.</summary>
    internal Func<TrialRow, string> RunOf { get; }

    /// <summary>The trial whose run a trial goes on with, or its own number.</summary>
    internal Func<TrialRow, int> OriginOf { get; }

    internal TrialRow? Best => _table.Best;

    internal long Epochs => _table.Epochs;

    internal TimeSpan Duration => _table.Duration;

    internal int? Cap { get; }

    internal bool IsStopped => _table.Rows.IsStopped;

    /// <summary>How it stands, in words.</summary>
    internal string State => IsStopped ? "stopped"
        : Trials.Count > 0 && Trials.All(trial => trial.IsOver) && Trials.Count >= (Cap ?? 0) ? "complete" : "under way";

    /// <summary>The finished ones by their value, then those under way, then those that ended early by their values, then the failed ones.</summary>
    internal IReadOnlyList<TrialRow> Ordered =>
    [
        .. _table.Ranked(),
        .. Trials.Where(trial => !trial.IsOver),
        .. Trials.Where(trial => trial.State == TrialState.Pruned).OrderByDescending(trial => trial.Epochs).ThenBy(Smaller),
        .. Trials.Except(_table.Ranked()).Where(trial => trial.State is TrialState.Finished or TrialState.Failed),
    ];

    internal string MetricName => Figures.Metric(Definition.Metric.Name);

    internal int Count(TrialState state) => _table.Count(state);

    /// <summary>A value of the sweep's metric.</summary>
    internal string Value(double value) => Figures.Metric(Definition.Metric.Name, value);

    internal string Value(TrialRow? trial) => trial?.Best is { } best ? Value(best.Value) : "–";

    /// <summary>A difference of two values, with its sign; of shares in percentage points.</summary>
    internal string Difference(double difference) => (difference < 0 ? "−" : "+") + Margin(Math.Abs(difference));

    /// <summary>How far a value may lie from another; of shares in percentage points.</summary>
    internal string Margin(double width) => Definition.Metric.IsShare ? Figures.Fixed(width * 100, 2) : Figures.Loss(width);

    /// <summary>How a trial stands, in words.</summary>
    internal string StateOf(TrialRow trial) => trial.State switch
    {
        TrialState.Pruned => Trials.FirstOrDefault(other => other.Number != trial.Number && OriginOf(other) == trial.Number) is { } further
            ? $"goes on as {further.Number}" : $"ended early, after {trial.Epochs}",
        TrialState.Finished => OriginOf(trial) is var origin && origin != trial.Number ? $"finished, trial {origin} in full" : "finished",
        TrialState.Failed => $"failed: {trial.Reason}",
        TrialState.Running => $"running, epoch {trial.Epochs + 1}",
        _ => "waiting",
    };

    /// <summary>A key without its section, which is enough on a page about one sweep.</summary>
    internal string ShortKey(string key)
    {
        var last = key[(key.IndexOf('.') + 1)..];
        return Definition.Space.Parameters.Count(parameter => parameter.Key.EndsWith("." + last, StringComparison.Ordinal)) > 1 ? key : last;
    }

    /// <summary>The value by which trials are compared, the smaller the better; infinity where there is none.</summary>
    internal double Smaller(TrialRow trial) => trial.Best is { } best && !double.IsNaN(best.Value)
        ? Definition.Metric.LargerIsBetter ? -best.Value : best.Value
        : double.PositiveInfinity;
}
