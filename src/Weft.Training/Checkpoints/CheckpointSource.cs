namespace Weft.Training;

/// <summary>What a checkpoint is written from: tensors that are asked for their values only when the file's bytes are made.</summary>
internal sealed record CheckpointSource
{
    public required ModelMetadata Metadata { get; init; }

    public required TrainingPosition Position { get; init; }

    public required IReadOnlyList<TensorSource> Weights { get; init; }

    /// <summary>Under names that begin with <see cref="CheckpointFile.OptimizerPrefix"/>.</summary>
    public required IReadOnlyList<TensorSource> OptimizerState { get; init; }

    public required long OptimizerStepCount { get; init; }

    public required int VectorBits { get; init; }

    /// <summary>The state as it is now; it must not change until the bytes are made.</summary>
    /// <param name="average">With one that has been updated, the averages are the checkpoint's weights, and those in training are part of the optimizer's
    /// state.</param>
    public static CheckpointSource Of(Network network, Optimizer optimizer, TrainingPosition position, ModelMetadata metadata, WeightAverage? average = null) =>
        new()
        {
            Metadata = metadata,
            Position = position,
            Weights = average is { UpdateCount: > 0 }
            ? [.. average.State.Select(tensor => tensor.ToSource() with { Name = tensor.Name[WeightAverage.Prefix.Length..] })]
            : [.. network.State.Select(tensor => tensor.ToSource())],
            OptimizerState =
        [
            .. optimizer.State.Select(tensor => tensor.ToSource(CheckpointFile.OptimizerPrefix)),
            .. average is null ? [] : network.State.Select(tensor => tensor.ToSource(CheckpointFile.OptimizerPrefix + Checkpoint.TrainedPrefix)),
        ],
            OptimizerStepCount = optimizer.StepCount,
            VectorBits = network.Device.NumericProfile.VectorBits,
        };
}
