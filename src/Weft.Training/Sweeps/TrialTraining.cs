namespace Weft.Training;

/// <summary>Trials as trainings: each is an ordinary run, named after its sweep and its number.</summary>
/// <param name="configure">The configuration of a trial, by its number and settings.</param>
/// <param name="open">Opens the data that a configuration names.</param>
/// <param name="begin">Begins a run; null: from weights that are drawn.</param>
internal sealed class TrialTraining(
    SweepDefinition definition, IReadOnlyList<int> rungs, SweepFolder folder, RunStore runs, Func<int, IReadOnlyList<string>, ResolvedConfiguration> configure,
    Func<DataConfiguration, ImageDataset> open, Func<ResolvedConfiguration, ImageDataset, NewRun, TrainingSession>? begin, IReadOnlyList<string> commandLine)
    : TrialRuns(definition, rungs, folder, configure)
{
    private readonly EpochMetric _metric = definition.Metric;
    private readonly string _sweep = folder.Name;

    /// <summary>Hears of everything that happens in a trial's training.</summary>
    public Func<TrialClaim, IProgress<RunEvent>?> Progress { get; init; } = _ => null;

    protected override TrialOutcome Train(
        string name, TrialClaim trial, ResolvedConfiguration configuration, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        try
        {
            return Train(Planned(name), trial, after, cancellationToken);
        }
        catch (WeftException busy) when (busy.Kind == ErrorKind.RunBusy && trial.Attempt > 1)
        {
            // Whoever had the trial before was stopped with the run open, and may wake up: nobody waits for him.
            return Train(Planned(SweepFolder.RunName(name, trial.Attempt)), trial, after, cancellationToken);
        }

        PlannedRun Planned(string run) => new(runs, run, configuration) { Note = new TrialNote(_sweep, OriginOf(trial)) };
    }

    private TrialOutcome Train(PlannedRun planned, TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        if (planned.State() == PlannedState.Finished)
            return IsPruned(planned, int.MaxValue, after) ? TrialOutcome.Pruned : TrialOutcome.Completed;
        try
        {
            using var session = planned.Plan(open, commandLine, begin);
            if (IsPruned(planned, session.Start.CompletedEpochs, after))
                return TrialOutcome.Pruned;
            session.Policies = [new StopWhenPruned(after, _metric, planned.Configuration.Value.Training.Epochs)];
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
