namespace Weft.Training;

/// <summary>Trials as far as their runs say what happened: nothing is trained. A run that is not over counts as interrupted.</summary>
/// <param name="configure">The configuration of a trial, by its number and settings.</param>
internal sealed class TrialReplay(
    SweepDefinition definition, IReadOnlyList<int> rungs, SweepFolder folder, RunStore runs, Func<int, IReadOnlyList<string>, ResolvedConfiguration> configure)
    : TrialRuns(definition, rungs, folder, configure)
{
    protected override TrialOutcome Train(
        string name, TrialClaim trial, ResolvedConfiguration configuration, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        var planned = SweepFolder.RunsOf(runs, name).Select(run => new PlannedRun(runs, run.Name, configuration))
            .MaxBy(run => new RunReader(run.Folder).Metrics().Count);
        var state = planned?.State() ?? PlannedState.NotBegun;
        if (state == PlannedState.NotBegun)
            return TrialOutcome.Interrupted;
        if (IsPruned(planned!, int.MaxValue, after))
            return TrialOutcome.Pruned;
        if (state == PlannedState.Finished)
            return TrialOutcome.Completed;
        var last = new RunReader(planned!.Folder).Events().LastOrDefault(happened => happened is RunStarted or RunResumed or RunStopped);
        return last is RunStopped { Reason: StopReasons.Diverged } ? TrialOutcome.Diverged : TrialOutcome.Interrupted;
    }
}
