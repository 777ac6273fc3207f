namespace Weft.Training;

/// <summary>What came of making the rows of a sweep anew.</summary>
/// <param name="Trials">How many rows there are now.</param>
/// <param name="Over">How many of those were made whole: their trials are over.</param>
/// <param name="Waiting">Runs of later trials, which cannot be placed before others go on; who works on those trials finds them.</param>
/// <param name="Cap">How many trials there shall be, where there are more runs than the file asks for.</param>
internal sealed record SweepRebuilt(int Trials, int Over, int Waiting, int? Cap);

/// <summary>
/// Makes the rows of a sweep from the runs of its trials: each trial's settings are suggested again, its run has to have them, and its epochs are reported as
/// they stand there. What is there already has to be the same.
/// </summary>
/// <remarks>The texts of metrics.csv read back to the same doubles, so that what is trained again is compared bit by bit as before.</remarks>
internal sealed class SweepRebuild(Sweep sweep, RunStore runs)
{
    private readonly ISweepStore _store = sweep.Store;
    private readonly SweepRule _rule = sweep.Rule;

    /// <param name="name">Names who claims the trials meanwhile: "machine:process".</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreBusy"/>: a worker has one of the trials; <see cref="ErrorKind.InvalidInput"/>: a run was made with other settings;
    /// <see cref="ErrorKind.CheckpointMismatch"/>: a row that is there says something else than its run.
    /// </exception>
    public SweepRebuilt Run(string name)
    {
        var runner = new TrialReplay(sweep.Definition, _rule.Rungs, sweep.Folder, runs, sweep.ConfigurationOf)
        {
            OriginOf = claim => _rule.OriginOf(claim.Number, _store.Read().Trials),
        };
        var unfinished = new List<TrialClaim>();
        var (over, number, last) = (0, 0, sweep.Folder.LastTrial(runs));
        int? cap = null;
        try
        {
            // Those that go on with the run of another have none of their own.
            for (; number <= last || sweep.Definition.GoesOnWithAnother(number); number++)
            {
                if (number <= last && number >= (_rule.CapOf(_store.Read()) ?? int.MaxValue))
                    _store.Change(cap: cap = last + 1); // it was extended
                if (!IsThere(number))
                    break;
                if (!_store.Read().Trials[number].IsOver)
                    Replay(number, runner, name, unfinished);
                over += _store.Read().Trials[number].IsOver ? 1 : 0;
            }
        }
        finally
        {
            foreach (var claim in unfinished)
                _store.Release(claim, null);
        }

        var waiting = Enumerable.Range(number, Math.Max(0, last + 1 - number)).Count(later => SweepFolder.RunsOf(runs, sweep.Folder.RunName(later)).Any());
        return new SweepRebuilt(_store.Read().Trials.Count, over, waiting, cap);
    }

    private bool IsThere(int number)
    {
        var rows = _store.Read();
        if (number < rows.Trials.Count)
            return true;
        if (!_rule.MayBegin(number, rows.Trials) || _rule.IsBeyond(number, rows)
            || (number == 0 ? sweep.Defaults : _rule.Suggest(number, rows.Trials)) is not { } settings)
            return false;
        _store.Propose(number, settings);
        return true;
    }

    // What is not over stays claimed until the end, so that the next claim is the next trial.
    private void Replay(int number, TrialReplay runner, string name, List<TrialClaim> unfinished)
    {
        if (_store.Claim(name) is not { } claim)
            throw Busy(number);
        if (claim.Number != number)
        {
            _store.Release(claim, null);
            throw Busy(number);
        }

        unfinished.Add(claim);
        var reports = new List<TrialReport>();
        var outcome = runner.Run(claim, report =>
        {
            reports.Add(report);
            _store.Report(claim, report);
            return _rule.GoesOn(number, reports, _store.Read().Trials);
        }, CancellationToken.None);
        if (SweepWorker.EndOf(outcome, reports.Count) is not var (state, reason))
            return;
        _store.End(claim, state, reason);
        unfinished.Remove(claim);
    }

    private WeftException Busy(int number) => new(ErrorKind.StoreBusy, $"a worker has trial {number} of the sweep {sweep.Folder.Name}")
    {
        Where = sweep.Where, Expected = "no worker at work on it", Found = _store.Read().Trials[number].Worker, Safe = "the rows that are there are whole",
        Next = new Advice("end the workers, wait until a lease of 90 s is over, and run the command again"),
    };
}
