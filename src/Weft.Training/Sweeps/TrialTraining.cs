namespace Weft.Training;

/// <summary>Trials as trainings: each is an ordinary run, named after its sweep and its number.</summary>
/// <param name="configure">The configuration of a trial, by its number and settings.</param>
/// <param name="open">Opens the data that a configuration names.</param>
/// <param name="begin">Begins a run; null: from weights that are drawn.</param>
internal sealed class TrialTraining(
    SweepDefinition definition, IReadOnlyList<int> rungs, SweepFolder folder, RunStore runs, Func<int, IReadOnlyList<string>, ResolvedConfiguration> configure,
    Func<DataConfiguration, ImageDataset> open, Func<ResolvedConfiguration, ImageDataset, NewRun, TrainingSession>? begin, IReadOnlyList<string> commandLine)
    : ITrialRunner
{
    private const string EpochsKey = "training.epochs";

    /// <summary>Hears of everything that happens in a trial's training.</summary>
    public Func<TrialClaim, IProgress<RunEvent>?> Progress { get; init; } = _ => null;

    public TrialOutcome Run(TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        var configuration = configure(trial.Number, trial.Settings);
        if (definition.Fidelity == SweepFidelity.Prefix)
            return Train(folder.RunName(trial.Number), trial, configuration, after, cancellationToken);
        TrialReport? best = null;
        var rule = new BestRule(configuration.Value.Checkpoint.BestMetric);
        var all = configuration.Value.Training.Epochs;
        foreach (var epochs in rungs.Where(rung => rung < all).Append(all))
        {
            var short_ = epochs == all ? configuration : configuration.With(new ConfigurationValue(EpochsKey, $"{epochs}", "rung"));
            var reports = new List<TrialReport>();
            var name = epochs == all ? folder.RunName(trial.Number) : $"{folder.RunName(trial.Number)}-e{epochs}";
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

    private TrialOutcome Train(
        string name, TrialClaim trial, ResolvedConfiguration configuration, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        var planned = new PlannedRun(runs, name, configuration);
        if (planned.State() == PlannedState.Finished)
        {
            Replay(planned, int.MaxValue, after);
            return TrialOutcome.Completed;
        }

        try
        {
            using var session = planned.Plan(open, commandLine, begin);
            if (!Replay(planned, session.Start.CompletedEpochs, after) && session.Start.CompletedEpochs < configuration.Value.Training.Epochs)
                return TrialOutcome.Pruned;
            session.Policies = [new StopWhenPruned(after, definition.Metric, configuration.Value.Training.Epochs)];
            return Trainer.Run(session, Progress(trial), cancellationToken).StopReason switch
            {
                StopReasons.Interrupted => TrialOutcome.Interrupted,
                StopReasons.Pruned => TrialOutcome.Pruned,
                _ => TrialOutcome.Completed,
            };
        }
        catch (WeftException diverged) when (diverged.Kind == ErrorKind.Diverged)
        {
            return TrialOutcome.Diverged;
        }
    }

    // What an earlier attempt finished: it is compared with what that reported.
    private bool Replay(PlannedRun planned, int epochs, Func<TrialReport, bool> after)
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
                return false;
        }

        return true;
    }

    private sealed class StopWhenPruned(Func<TrialReport, bool> after, EpochMetric metric, int epochs) : ITrainingPolicy
    {
        public string Name => "pruning";

        public Decision AfterEpoch(in EpochReport epoch)
        {
            var report = new TrialReport(epoch.Epoch, epoch.Value(metric), epoch.ValidationLoss, epoch.ValidationAccuracy, epoch.IsBest);
            return after(report) || epoch.Epoch >= epochs ? Decision.None : new Decision
            {
                StopReason = StopReasons.Pruned, StopDetail = $"others were better after {epoch.Epoch} epochs", MayResume = true,
            };
        }
    }
}
