using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// Moves a run's events from its folder to one tracker. The folder is the queue: no more is read than was handed over, so a dead server costs no memory.
/// </summary>
internal sealed class RunPump(TrackedRun run, ITracker tracker)
{
    private const int EventsAtOnce = 2000;

    private readonly RunTail _tail = new(run.Folder);
    private readonly RunStory _story = new(run);

    /// <summary>Events that were taken by the tracker and handed over with everything before them.</summary>
    public long Events { get; private set; }

    public IReadOnlyList<DamagedLine> Damage => _tail.Damage;

    /// <summary>Whether a process has begun that did not say it is done.</summary>
    public bool IsOpen => _story.IsOpen;

    /// <summary>Hands over what the run's folder says by now.</summary>
    /// <param name="all">Also what the tracker would rather collect for a later send.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> came first.</exception>
    /// <exception cref="WeftException">The tracker or the run's folder failed.</exception>
    public void Drain(bool all, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var events = _tail.Read(EventsAtOnce);
            foreach (var happened in events)
            {
                foreach (var moment in _story.Tell(happened))
                    tracker.Take(moment);
            }

            var isLast = events.Count < EventsAtOnce;
            tracker.HandOver(all || !isLast, cancellationToken);
            Events += events.Count;
            if (isLast)
                return;
        }
    }

    /// <summary>The run's process is gone: hands over the rest and the end.</summary>
    public void Finish(CancellationToken cancellationToken)
    {
        Drain(all: true, cancellationToken);
        foreach (var moment in _story.End())
            tracker.Take(moment);
        tracker.HandOver(all: true, cancellationToken);
    }
}
