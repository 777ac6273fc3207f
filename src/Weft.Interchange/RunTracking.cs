using Weft.Training;

namespace Weft.Interchange;

/// <summary>Hands runs over to other tools. The run's folder is the truth and stays as it is: whatever fails here can be done again.</summary>
public static class RunTracking
{
    private const int ToldDamage = 3;

    /// <summary>Finds what is wrong with the targets before anything is begun.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: a variable, an address or a missing key; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: a
    /// folder cannot be written. Nothing was touched.
    /// </exception>
    public static void Check(IEnumerable<TrackingTarget> targets, TrackingOptions options)
    {
        foreach (var target in targets)
            Trackers.Check(target, options);
    }

    /// <summary>
    /// Hands over a run, up to its end or, while another process trains it, up to now. Lines of the run's events that cannot be read are passed over;
    /// everything else is handed over, and then they are the report's problem.
    /// </summary>
    /// <param name="goOn">Go on where an earlier hand-over, live or not, has stopped.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> came first; go on later.</exception>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: handed over already, or something is wrong with the target; <see cref="ErrorKind.NewerFormat"/>: a newer version's
    /// run; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: a disk or a server fails.
    /// </exception>
    public static TrackingReport HandOver(
        RunReader run, TrackingTarget target, TrackingOptions options, bool goOn, CancellationToken cancellationToken = default)
    {
        Trackers.Check(target, options);
        var notices = new List<string>();
        var tracked = new TrackedRun(run);
        using var tracker = Trackers.Create(target, tracked, options, goOn, isLive: false, notices.Add);
        if (tracker is null)
            return new TrackingReport(target, "", 0, false, null, ["WANDB_MODE=disabled: nothing was written"]);
        var pump = new RunPump(tracked, tracker);
        var isTrained = run.IsBeingTrained; // before the look: what is written between the two is then still seen
        if (isTrained)
            pump.Drain(all: true, cancellationToken);
        else
            pump.Finish(cancellationToken);
        return new TrackingReport(target, tracker.Where, pump.Events, !isTrained && pump.Damage.Count == 0, Damaged(run.Folder, pump.Damage), notices);
    }

    internal static WeftException? Damaged(RunFolder run, IReadOnlyList<DamagedLine> damage) => damage.Count == 0 ? null
        : new WeftException(ErrorKind.StoreDamaged, $"{damage.Count} of the run's events cannot be read")
        {
            Where = $"{run.EventsFile}, line {string.Join(", ", damage.Take(ToldDamage).Select(line => line.Number))}"
                + (damage.Count > ToldDamage ? ", …" : ""),
            Expected = "one JSON object a line", Found = $"something else at byte {damage[0].Offset}",
            Safe = "all other events were handed over; the run was not changed",
        };
}
