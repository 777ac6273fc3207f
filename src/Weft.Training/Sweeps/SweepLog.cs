namespace Weft.Training;

/// <summary>The rows that the events of a sweep make, one after the other.</summary>
internal sealed class SweepLog
{
    private readonly List<TrialRow> _trials = [];
    private int? _cap;
    private bool _isStopped;

    public SweepRows Rows => new([.. _trials], _cap, _isStopped);

    public IReadOnlyList<TrialRow> Trials => _trials;

    /// <returns>False for an event that cannot have followed the ones before.</returns>
    public bool Add(SweepEvent happened)
    {
        switch (happened)
        {
            case TrialProposed proposed when proposed.Trial == _trials.Count:
                _trials.Add(new TrialRow(proposed.Trial, proposed.Settings));
                return true;
            case SweepChanged changed when changed.Trials is null or >= 1:
                (_cap, _isStopped) = (changed.Trials ?? _cap, changed.Stopped ?? _isStopped);
                return true;
            case TrialClaimed claimed when At(claimed.Trial) is { IsOver: false } trial && claimed.Attempt == trial.Attempt + 1:
                _trials[trial.Number] = trial with
                {
                    State = TrialState.Running,
                    Attempt = claimed.Attempt,
                    Tries = trial.Tries + 1,
                    Worker = claimed.Worker,
                    Started = trial.Started ?? claimed.Time,
                };
                return true;
            case TrialReported reported when At(reported.Trial) is { } trial && reported.Attempt == trial.Attempt && reported.Epoch > trial.Epochs:
                _trials[trial.Number] = trial with
                {
                    Tries = 0,
                    Reports = [.. trial.Reports, new TrialReport(reported.Epoch, reported.Value, reported.Loss, reported.Accuracy, reported.Best)
                    {
                        Worker = trial.Worker,
                    }],
                };
                return true;
            case TrialReleased released when At(released.Trial) is { } trial && released.Attempt == trial.Attempt:
                _trials[trial.Number] = trial with
                {
                    State = TrialState.Ready,
                    Reason = released.Reason ?? trial.Reason,
                    Tries = Math.Max(0, trial.Tries - (released.Reason is null ? 1 : 0)),
                };
                return true;
            case TrialEnded ended when At(ended.Trial) is { } trial && ended.Attempt == trial.Attempt && IsPossible(ended.State, trial):
                _trials[trial.Number] = trial with { State = ended.State, Reason = ended.Reason, Ended = ended.Time };
                return true;
            default:
                return false;
        }
    }

    private static bool IsPossible(TrialState state, TrialRow trial) =>
        state == TrialState.Failed || (state is TrialState.Pruned or TrialState.Finished && trial.Reports.Count > 0);

    private TrialRow? At(int number) => number >= 0 && number < _trials.Count ? _trials[number] : null;
}
