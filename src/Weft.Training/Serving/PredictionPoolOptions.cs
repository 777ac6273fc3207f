namespace Weft.Training;

/// <summary>How a <see cref="PredictionPool"/> gathers requests. What is not set fits: batches need no setting.</summary>
public sealed record PredictionPoolOptions
{
    /// <value>At most so many pictures go through the network at once. Default: 32.</value>
    public int MaxBatch { get; init; } = 32;

    /// <value>At most so many pictures wait; one more is refused at once. Default: 256.</value>
    public int Queue { get; init; } = 256;

    /// <value>What waits longer is not computed any more. Default: 10 seconds.</value>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>
    /// How long the first picture of a batch waits for others. Default: not at all, for while the network computes a batch the next one gathers by itself.
    /// </value>
    public TimeSpan Window { get; init; }

    /// <value>Threads that compute. Default: all cores.</value>
    public int? Threads { get; init; }

    /// <value>How often the file of the model is looked at, to take a new one. Default: never.</value>
    public TimeSpan? Reload { get; init; }

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value that no pool can have.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBatch, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(Queue, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, TimeSpan.FromMinutes(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Reload ?? Deadline, TimeSpan.Zero);
    }
}
