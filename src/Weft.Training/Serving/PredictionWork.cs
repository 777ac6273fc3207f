namespace Weft.Training;

/// <summary>What the pool made of a request: all its pictures by one and the same model.</summary>
/// <param name="Unlike">How far each is from the training pictures; null where the model does not know them.</param>
internal sealed record PoolAnswer(ServedModel Model, IReadOnlyList<ImagePrediction> Predictions, IReadOnlyList<Unlikeness>? Unlike)
{
    /// <value>
    /// Where the network looked, for the most probable class: [height, width] of the picture, 0…1 of its own maximum. Default: null, it was not asked for or
    /// the network has no map.
    /// </value>
    public IReadOnlyList<float[]>? Saliency { get; init; }

    public PoolAnswer Part(int first, int count) => this with
    {
        Predictions = [.. Predictions.Skip(first).Take(count)],
        Unlike = Unlike is { } unlike ? [.. unlike.Skip(first).Take(count)] : null,
    };
}

/// <summary>A request while it waits.</summary>
internal sealed class PredictionWork
{
    private readonly TaskCompletionSource<PoolAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancelled;

    public PredictionWork(IReadOnlyList<byte[]> images, bool explain, long begun, CancellationToken cancellationToken)
    {
        (Images, Explain, Begun) = (images, explain, begun);
        _cancelled = cancellationToken.UnsafeRegister((work, token) => ((PredictionWork)work!)._answer.TrySetCanceled(token), this);
    }

    public IReadOnlyList<byte[]> Images { get; }

    public bool Explain { get; }

    /// <summary>When it came, by the pool's clock.</summary>
    public long Begun { get; }

    public Task<PoolAnswer> Answer => _answer.Task;

    public bool IsDone => _answer.Task.IsCompleted;

    public void Finish(PoolAnswer answer)
    {
        _cancelled.Unregister();
        _answer.TrySetResult(answer);
    }

    public void Fail(Exception failure)
    {
        _cancelled.Unregister();
        _answer.TrySetException(failure);
    }
}
