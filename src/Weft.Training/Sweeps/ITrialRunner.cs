namespace Weft.Training;

/// <summary>How the work on a trial ended.</summary>
internal enum TrialOutcome
{
    /// <summary>All its epochs are done, or it stopped by itself.</summary>
    Completed = 1,

    /// <summary>Who heard of an epoch said that it shall not go on.</summary>
    Pruned = 2,

    /// <summary>The loss is not finite.</summary>
    Diverged = 3,

    /// <summary>The worker was asked to stop; what was done is saved.</summary>
    Interrupted = 4,
}

/// <summary>Carries out trials. Doing one twice, or going on with one that was killed, gives the same reports.</summary>
internal interface ITrialRunner
{
    /// <summary>Begins a trial or goes on with it.</summary>
    /// <param name="after">
    /// Hears of each epoch in order, those that an earlier attempt finished included, and says whether the trial goes on; what it throws ends the work.
    /// </param>
    /// <exception cref="WeftException">The trial cannot be carried out.</exception>
    TrialOutcome Run(TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken);
}
