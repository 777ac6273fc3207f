namespace Weft.Training;

/// <summary>Why a worker ended.</summary>
internal enum SweepEnd
{
    /// <summary>Every trial is over.</summary>
    Complete = 1,

    /// <summary>The time that it had is over, or the sweep was stopped.</summary>
    Stopped = 2,
    Interrupted = 3,
}

/// <summary>
/// Works on a sweep until there is nothing left to do: claims a trial that is there, or suggests the next one and claims that. Workers know each other by the
/// store alone.
/// </summary>
/// <param name="name">"machine:process"; two workers never have the same.</param>
internal sealed class SweepWorker(
    ISweepStore store, SweepRule rule, IReadOnlyList<string> defaults, int retries, ITrialRunner runner, string name)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private const double PauseGrowth = 1.5;

    private readonly HashSet<int> _released = [];

    /// <summary>Called after each change that this worker made, with the rows as they are then.</summary>
    public Action<SweepRows>? Changed { get; init; }

    /// <summary>When it begins no further trial; the one that it has is stopped and saved.</summary>
    public CancellationToken BudgetSpent { get; init; }

    /// <summary>Deletes the checkpoints of a trial that nobody needs any more; false where they have to wait. Null: all keep them.</summary>
    public Func<int, bool>? Release { get; init; }

    /// <summary>How long it waits at most before it looks again whether others got further. Default: 1 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.CheckpointMismatch"/>: a trial gave other bits than before; else as <see cref="ISweepStore"/>, and what no trial could be carried
    /// out with, such as data that are gone.
    /// </exception>
    public SweepEnd Run(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, BudgetSpent);
        for (var pause = ShortestPause; ;)
        {
            var rows = store.Read();
            LetGo(rows);
            if (stop.IsCancellationRequested || rows.IsStopped)
                return cancellationToken.IsCancellationRequested ? SweepEnd.Interrupted : SweepEnd.Stopped;
            if (store.Claim(name) is { } claim)
            {
                Work(claim, stop.Token);
                pause = ShortestPause;
            }
            else if (TryPropose(rows))
                pause = ShortestPause;
            else if (rows.Trials.All(trial => trial.IsOver) && !IsNextToCome(rows))
                return SweepEnd.Complete;
            else
            {
                stop.Token.WaitHandle.WaitOne(pause); // others have to get further first
                pause = pause * PauseGrowth < LongestPause ? pause * PauseGrowth : LongestPause;
            }
        }
    }

    // Each time it looks, so that what a killed worker left is made up for.
    private void LetGo(SweepRows rows)
    {
        if (Release is null)
            return;
        foreach (var trial in rule.Superfluous(rows).Where(trial => !_released.Contains(trial)))
        {
            if (Release(trial))
                _released.Add(trial);
        }
    }

    private bool IsNextToCome(SweepRows rows) =>
        rows.Trials.Count is var next && !(rule.MayBegin(next, rows.Trials) && (rule.IsBeyond(next, rows) || Settings(next, rows) is null));

    private bool TryPropose(SweepRows rows)
    {
        var next = rows.Trials.Count;
        if (!rule.MayBegin(next, rows.Trials) || rule.IsBeyond(next, rows) || Settings(next, rows) is not { } settings)
            return false;
        store.Propose(next, settings);
        return true;
    }

    private IReadOnlyList<string>? Settings(int number, SweepRows rows) => number == 0 ? defaults : rule.Suggest(number, rows.Trials);

    private void Work(TrialClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Tries > retries)
        {
            End(claim, TrialState.Failed, store.Read().Trials[claim.Number].Reason ?? $"{retries} attempts in a row got no epoch further");
            return;
        }

        Changed?.Invoke(store.Read());
        try
        {
            var reports = new List<TrialReport>();
            var outcome = runner.Run(claim, report =>
            {
                reports.Add(report);
                store.Report(claim, report);
                if (Changed is null && !rule.LooksAfter(report.Epoch))
                    return true;
                var rows = store.Read();
                Changed?.Invoke(rows);
                return rule.GoesOn(claim.Number, reports, rows.Trials);
            }, cancellationToken);
            if (EndOf(outcome, reports.Count) is var (state, reason))
                End(claim, state, reason);
            else
                store.Release(claim, null);
        }
        catch (WeftException superseded) when (superseded.Kind == ErrorKind.Superseded)
        {
            throw;
        }
        catch (WeftException failure) when (failure.Kind is ErrorKind.OutOfMemory or ErrorKind.NoValidCheckpoint or ErrorKind.RunBusy)
        {
            store.Release(claim, failure.What); // of this trial; the next attempt may do better
        }
        catch
        {
            store.Release(claim, null); // of this machine: the trial is not to blame
            throw;
        }
    }

    /// <summary>How a trial ended, and why if it failed; null where it did not end.</summary>
    internal static (TrialState State, string? Reason)? EndOf(TrialOutcome outcome, int epochs) => outcome switch
    {
        TrialOutcome.Interrupted => null,
        TrialOutcome.Completed when epochs > 0 => (TrialState.Finished, null),
        TrialOutcome.Pruned => (TrialState.Pruned, null),
        TrialOutcome.Diverged => (TrialState.Failed, "the loss is not finite"),
        _ => (TrialState.Failed, "no epoch was finished"),
    };

    private void End(TrialClaim claim, TrialState state, string? reason)
    {
        store.End(claim, state, reason);
        Changed?.Invoke(store.Read());
    }
}
