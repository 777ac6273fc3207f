namespace Weft.Training;

/// <summary>A trial that a worker may work on until it ends it, gives it back, or is superseded.</summary>
/// <param name="Attempt">What fences it: a later claim of the same trial has a higher one.</param>
/// <param name="Tries">This attempt included, how many in a row brought no further epoch.</param>
internal sealed record TrialClaim(int Number, IReadOnlyList<string> Settings, int Attempt, int Tries, IReadOnlyList<TrialReport> Reports);

/// <summary>
/// Where the rows of a sweep are. It knows nothing of searching: it keeps rows, hands out claims, and refuses who was superseded. Each call is done whole or
/// not at all, whatever other processes do at the same time.
/// </summary>
/// <remarks>
/// Every member throws <see cref="WeftException"/>: <see cref="ErrorKind.StoreBusy"/> or <see cref="ErrorKind.IoError"/> where it cannot be reached,
/// <see cref="ErrorKind.StoreDamaged"/> where it cannot be read, <see cref="ErrorKind.DiskFull"/> where it cannot grow.
/// </remarks>
internal interface ISweepStore : IDisposable
{
    /// <summary>All rows as they are now.</summary>
    SweepRows Read();

    /// <summary>Adds a trial; does nothing where it is there already with the same settings.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: it is there with other settings.</exception>
    void Propose(int number, IReadOnlyList<string> settings);

    /// <summary>The first trial that is ready, or whose worker is gone; null where there is none.</summary>
    /// <param name="worker">Names who claims: "machine:process".</param>
    TrialClaim? Claim(string worker);

    /// <summary>Remembers an epoch; does nothing where it is remembered already with the same bits.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.Superseded"/>: another worker has the trial; <see cref="ErrorKind.CheckpointMismatch"/>: that epoch gave other bits before: one of
    /// two machines computes wrongly or otherwise, and no further trial begins.
    /// </exception>
    void Report(TrialClaim claim, TrialReport report);

    /// <summary>Says how the trial ended, for good.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.Superseded"/>: another worker has the trial.</exception>
    void End(TrialClaim claim, TrialState state, string? reason);

    /// <summary>Gives the trial back; does nothing where another worker has it.</summary>
    /// <param name="reason">What went wrong; null where the worker was only asked to stop, which counts as no try.</param>
    void Release(TrialClaim claim, string? reason);

    /// <summary>Changes how many trials there shall be, and whether further ones begin. Null leaves it as it is.</summary>
    void Change(int? cap = null, bool? isStopped = null);
}
