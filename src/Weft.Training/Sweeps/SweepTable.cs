namespace Weft.Training;

/// <summary>What the rows of a sweep come to.</summary>
internal sealed class SweepTable(SweepDefinition definition, SweepRows rows)
{
    public SweepRows Rows { get; } = rows;

    /// <summary>The finished trial with the best value at its best epoch, of equals the first; null where none is finished.</summary>
    public TrialRow? Best => Ranked().FirstOrDefault();

    /// <summary>The finished trials, the best first.</summary>
    public IEnumerable<TrialRow> Ranked() => Rows.Trials
        .Where(trial => trial.State == TrialState.Finished && trial.Best is { } best && !double.IsNaN(best.Value))
        .OrderBy(trial => definition.Metric.LargerIsBetter ? -trial.Best!.Value.Value : trial.Best!.Value.Value).ThenBy(trial => trial.Number);

    public int Count(TrialState state) => Rows.Trials.Count(trial => trial.State == state);

    /// <summary>Epochs that were trained in all.</summary>
    public long Epochs => Rows.Trials.Sum(trial => EpochsSpent(definition, trial));

    /// <summary>Epochs that were trained for a trial; each squeezed rung is a training of its own.</summary>
    public static long EpochsSpent(SweepDefinition definition, TrialRow trial)
    {
        var all = definition.Fidelity == SweepFidelity.Squeezed ? trial.Reports.Sum(report => (long)report.Epoch) : trial.Epochs;
        return definition.GoesOnWithAnother(trial.Number) ? Math.Max(0, all - ((EpochPruner)definition.Pruner!).Epochs) : all; // which were the other's
    }

    /// <summary>From the first trial's beginning to the last end so far.</summary>
    public TimeSpan Duration => Rows.Trials.Min(trial => trial.Started) is { } begun && Rows.Trials.Max(trial => trial.Ended) is { } ended
        ? ended - begun : TimeSpan.Zero;

    /// <summary>A row a trial; nothing in it depends on who computed it, or when.</summary>
    public string ToCsv()
    {
        var hasOwnColumn = definition.Metric is not (ValidationLossMetric or ValidationAccuracyMetric);
        var table = new CsvText([
            "trial", "state", "epochs", "validation_loss", "validation_accuracy", .. hasOwnColumn ? [definition.Metric.Name] : Array.Empty<string>(),
            .. definition.Space.Parameters.Select(parameter => parameter.Key)]);
        foreach (var trial in Rows.Trials)
        {
            var best = trial.Best;
            table.Add([
                trial.Number, OptionKey.Write(trial.State), trial.Epochs, best?.Loss, best?.Accuracy, .. hasOwnColumn ? [best?.Value] : Array.Empty<object?>(),
                .. trial.Settings]);
        }

        return table.ToString();
    }
}
