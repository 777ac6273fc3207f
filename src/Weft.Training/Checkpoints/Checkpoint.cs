namespace Weft.Training;

/// <summary>What a model's file says about it next to the numbers; the same for all checkpoints of a run.</summary>
public sealed record ModelMetadata
{
    public required NetworkDescription Description { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The fingerprint of the data that the network was trained on.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Every key that the bits depend on, and how the run is evaluated, with their values.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }

    /// <summary>What a model knows that left its run; null for a run's own checkpoints.</summary>
    internal ModelRelease? Release { get; init; }
}

/// <summary>Weights, optimizer state and position at one moment.</summary>
public sealed record Checkpoint
{
    /// <summary>Before the names of the weights in training, where the model has their averages.</summary>
    internal const string TrainedPrefix = "trained.";

    /// <summary>The classifier as it was at that moment: with an average of the weights, the average.</summary>
    public required TrainedModel Model { get; init; }

    public required TrainingPosition Position { get; init; }

    public required IReadOnlyList<NamedTensor> OptimizerState { get; init; }

    public required long OptimizerStepCount { get; init; }

    /// <summary>Width of the vectors it was computed with; another width rounds differently.</summary>
    public required int VectorBits { get; init; }

    /// <summary>To be written again.</summary>
    internal CheckpointSource ToSource() => new()
    {
        Metadata = Model.Metadata,
        Position = Position,
        Weights = [.. Model.Weights.Select(tensor => tensor.ToSource())],
        OptimizerState = [.. OptimizerState.Select(tensor => tensor.ToSource(CheckpointFile.OptimizerPrefix))],
        OptimizerStepCount = OptimizerStepCount,
        VectorBits = VectorBits,
    };

    /// <summary>Gives the network the weights that are validated.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the first tensor that is missing, left over or of another shape.</exception>
    public void ApplyTo(Network network) => StateTensors.Fill(network.State, Model.Weights, "weights");

    /// <summary>Gives network, optimizer and average what they need to go on with the same bits.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the state belongs to another network or optimizer.</exception>
    public void ApplyTo(Network network, Optimizer optimizer, WeightAverage? average = null)
    {
        var isTrained = OptimizerState.ToLookup(tensor => tensor.Name.StartsWith(TrainedPrefix, StringComparison.Ordinal));
        StateTensors.Fill(optimizer.State, [.. average is null ? OptimizerState : isTrained[false]], "optimizer state");
        optimizer.RestoreStepCount(OptimizerStepCount);
        if (average is null)
        {
            ApplyTo(network);
            return;
        }

        StateTensors.Fill(network.State, [.. isTrained[true].Select(tensor => tensor.Renamed(tensor.Name[TrainedPrefix.Length..]))], "weights in training");
        StateTensors.Fill(average.State, [.. Model.Weights.Select(tensor => tensor.Renamed(WeightAverage.Prefix + tensor.Name))], "averaged weights");
        average.RestoreUpdateCount(OptimizerStepCount); // updated after every step
    }
}
