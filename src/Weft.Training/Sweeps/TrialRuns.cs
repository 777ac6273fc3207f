namespace Weft.Training;

/// <summary>Trials as runs, each named after its sweep and its number; a squeezed rung is a run of its own.</summary>
/// <param name="configure">The configuration of a trial, by its number and settings.</param>
internal abstract class TrialRuns(
    SweepDefinition definition, IReadOnlyList<int> rungs, SweepFolder folder, Func<int, IReadOnlyList<string>, ResolvedConfiguration> configure) : ITrialRunner
{
    private const string EpochsKey = "training.epochs";

    /// <summary>The trial whose run a trial goes on with, or its own number. Default: that.</summary>
    public Func<TrialClaim, int> OriginOf { get; init; } = trial => trial.Number;

    public TrialOutcome Run(TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        var origin = OriginOf(trial);
        var configuration = configure(origin, trial.Settings);
        if (definition.Fidelity == SweepFidelity.Prefix)
            return Train(folder.RunName(origin), trial, configuration, after, cancellationToken);
        TrialReport? best = null;
        var rule = new BestRule(configuration.Value.Checkpoint.BestMetric);
        var all = configuration.Value.Training.Epochs;
        foreach (var epochs in rungs.Where(rung => rung < all).Append(all))
        {
            var short_ = epochs == all ? configuration : configuration.With(new ConfigurationValue(EpochsKey, $"{epochs}", "rung"));
            var reports = new List<TrialReport>();
            var name = epochs == all ? folder.RunName(origin) : $"{folder.RunName(origin)}-e{epochs}";
            var outcome = Train(name, trial, short_, report =>
            {
                reports.Add(report);
                return true;
            }, cancellationToken);
            if (outcome != TrialOutcome.Completed)
                return outcome;
            if (reports.FindLast(report => report.IsBest) is not { Epoch: > 0 } found)
                continue;
            // What the rung gave stands at its epoch; whether it is the best so far goes by the sweep's metric.
            var isBest = epochs == all || best is not { } before || rule.Metric.IsBetter(found.Value, before.Value);
            var report = found with { Epoch = epochs, IsBest = isBest };
            best = isBest ? report : best;
            if (!after(report) && epochs < all)
                return TrialOutcome.Pruned;
        }

        return TrialOutcome.Completed;
    }

    /// <summary>Carries out one run of a trial, or what there is of it.</summary>
    /// <param name="name">The run's.</param>
    protected abstract TrialOutcome Train(
        string name, TrialClaim trial, ResolvedConfiguration configuration, Func<TrialReport, bool> after, CancellationToken cancellationToken);

    /// <summary>Reports what an earlier attempt finished, which is compared with what that reported.</summary>
    /// <param name="epochs">Those that count.</param>
    /// <returns>Whether the trial was ended early.</returns>
    protected bool IsPruned(PlannedRun planned, int epochs, Func<TrialReport, bool> after)
    {
        var rule = new BestRule(planned.Configuration.Value.Checkpoint.BestMetric);
        BestEpoch? best = null;
        foreach (var row in new RunReader(planned.Folder).Metrics().Where(row => row.Epoch <= epochs).OrderBy(row => row.Epoch))
        {
            var isBest = rule.IsBetter(row.ValidationAccuracy, row.ValidationLoss, row.Further, best);
            if (isBest)
                best = rule.Remember(row.Epoch, row.ValidationAccuracy, row.ValidationLoss, row.Further);
            var value = definition.Metric.Of(row.ValidationAccuracy, row.ValidationLoss, row.Further);
            if (!after(new TrialReport(row.Epoch, value, row.ValidationLoss, row.ValidationAccuracy, isBest)))
                return row.Epoch < planned.Configuration.Value.Training.Epochs;
        }

        return false;
    }
}
