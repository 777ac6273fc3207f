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
}

/// <summary>The best and the last checkpoint of a training that leaves nothing on disk.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    private byte[]? _best;
    private byte[]? _last;

    /// <summary>The best checkpoint, or the last one where no epoch was finished.</summary>
    public byte[]? Best => _best ?? _last;

    public void SaveLast(ReadOnlyMemory<byte> checkpoint) => Copy(checkpoint, ref _last);

    public void SaveBest(ReadOnlyMemory<byte> checkpoint) => Copy(checkpoint, ref _best);

    public void KeepEpoch(int epoch, ReadOnlyMemory<byte> checkpoint) { }

    private static void Copy(ReadOnlyMemory<byte> checkpoint, ref byte[]? kept)
    {
        if (kept?.Length != checkpoint.Length)
            kept = new byte[checkpoint.Length];
        checkpoint.CopyTo(kept);
    }
}
