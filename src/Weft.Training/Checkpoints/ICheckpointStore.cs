namespace Weft.Training;

/// <summary>Where a training puts its checkpoints.</summary>
internal interface ICheckpointStore
{
    /// <summary>The newest state, from which a training is resumed.</summary>
    void SaveLast(ReadOnlyMemory<byte> checkpoint);

    /// <summary>The state after the best epoch so far.</summary>
    void SaveBest(ReadOnlyMemory<byte> checkpoint);

    /// <summary>The state after an epoch, kept for good.</summary>
    void KeepEpoch(int epoch, ReadOnlyMemory<byte> checkpoint);

    /// <summary>The model of the best checkpoint, or of the last one where no epoch was finished.</summary>
    /// <exception cref="WeftException">The checkpoint is damaged or gone.</exception>
    TrainedModel LoadModel();
}

/// <summary>The best and the last checkpoint of a training that leaves nothing on disk.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    private byte[]? _best;
    private byte[]? _last;

    public void SaveLast(ReadOnlyMemory<byte> checkpoint) => Copy(checkpoint, ref _last);

    public void SaveBest(ReadOnlyMemory<byte> checkpoint) => Copy(checkpoint, ref _best);

    public void KeepEpoch(int epoch, ReadOnlyMemory<byte> checkpoint) { }

    public TrainedModel LoadModel() => CheckpointFile.ParseModel(_best ?? _last!, "the training's own memory");

    private static void Copy(ReadOnlyMemory<byte> checkpoint, ref byte[]? kept)
    {
        if (kept?.Length != checkpoint.Length)
            kept = new byte[checkpoint.Length];
        checkpoint.CopyTo(kept);
    }
}
