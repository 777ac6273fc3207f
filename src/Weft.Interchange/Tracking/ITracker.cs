namespace Weft.Interchange;

/// <summary>Tells a run to one other tool. Used by one thread.</summary>
internal interface ITracker : IDisposable
{
    /// <summary>For people: the folder or the address where the run can be looked at, once that is known.</summary>
    string Where { get; }

    /// <summary>Takes what comes next; returns soon and keeps what cannot go out at once.</summary>
    /// <exception cref="Weft.Training.WeftException">This tool will not take the run; a later hand-over may.</exception>
    void Take(RunMoment moment);

    /// <summary>Hands over what was taken. A tool that is slow or away is tried again until it answers.</summary>
    /// <param name="all">Everything, now; else what it is time for.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> came first.</exception>
    /// <exception cref="Weft.Training.WeftException">It cannot be handed over; a later hand-over may do it.</exception>
    void HandOver(bool all, CancellationToken cancellationToken);
}
