namespace Weft.Training;

/// <summary>The checkpoints of a sweep's trials, where it keeps those of the best alone.</summary>
internal static class TrialCheckpoints
{
    /// <summary>
    /// Trials whose checkpoints nobody needs any more: those that are over and not among the best, without the default. Who is not among them now never will be
    /// again, so in the end the same ones are left whoever deleted when.
    /// </summary>
    /// <param name="originOf">The trial whose run a trial goes on with, or its own number.</param>
    /// <param name="needed">Trials whose runs are gone on with.</param>
    /// <returns>By number; none where the sweep keeps all.</returns>
    public static IReadOnlyList<int> Superfluous(SweepDefinition definition, SweepRows rows, Func<int, int> originOf, IEnumerable<int> needed)
    {
        if (definition.KeepBest is not { } best)
            return [];
        var kept = new SweepTable(definition, rows).Ranked().Take(best).Select(trial => originOf(trial.Number)).Concat(needed).Append(0).ToHashSet();
        return
        [
            .. rows.Trials.Where(trial => trial.IsOver && !kept.Contains(trial.Number) && originOf(trial.Number) == trial.Number).Select(trial => trial.Number),
        ];
    }

    /// <summary>
    /// Deletes the checkpoints of a trial's runs. The run says that first, so that who is killed on the way leaves none that lost them without a word; a run
    /// that somebody has open keeps them until the next time.
    /// </summary>
    /// <returns>Whether none is left.</returns>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: a run cannot be written.</exception>
    public static bool Release(RunStore runs, SweepFolder sweep, int trial)
    {
        var (all, name) = (true, sweep.RunName(trial));
        var own = new TrialNote(sweep.Name, trial);
        // Squeezed rungs and later attempts have names that begin with it.
        foreach (var run in runs.Folders().Where(run => run.Name == name || run.Name.StartsWith(name + "-", StringComparison.Ordinal)))
            all &= PathKinds.Of(run.CheckpointsFolder) != PathKind.Folder || TryRelease(run, own);
        return all;
    }

    private static bool TryRelease(RunFolder run, TrialNote own)
    {
        try
        {
            using var owned = RunLock.Take(run);
            if ((TrialNote.Read(run) ?? own) with { IsReleased = false } != own)
                return true; // a run that has such a name, and is somebody else's
            (own with { IsReleased = true }).Write(run);
            foreach (var file in Directory.EnumerateFiles(owned.SubFolder(RunFolder.CheckpointsName)))
                DiskFiles.Instance.Delete(file);
            return true;
        }
        catch (WeftException busy) when (busy.Kind == ErrorKind.RunBusy)
        {
            return false;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"the checkpoints of {run.Name} cannot be deleted", run.CheckpointsFolder, "the run's records are intact");
        }
    }
}
