namespace Weft.Training;

/// <summary>What a checkpoint says about its network beside the numbers; the same for all checkpoints of a run.</summary>
public sealed record ModelCard
{
    public required NetworkDescription Description { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Of the data it was trained on.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Every key that the bits depend on, and how the run is evaluated, with their values.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }
}

/// <summary>Weights, optimizer state and position at one moment.</summary>
public sealed record Checkpoint
{
    /// <summary>Before the names of the weights in training, where <see cref="Weights"/> are their averages.</summary>
    internal const string TrainedPrefix = "trained.";

    public required ModelCard Card { get; init; }

    public required TrainingPosition Position { get; init; }

    /// <summary>Under PyTorch's names and in its layout.</summary>
    public required IReadOnlyList<NamedTensor> Weights { get; init; }

    public required IReadOnlyList<NamedTensor> OptimizerState { get; init; }

    public required long OptimizerStepCount { get; init; }

    /// <summary>Width of the vectors it was computed with; another width rounds differently.</summary>
    public required int VectorBits { get; init; }

    /// <summary>To be written again.</summary>
    public CheckpointSource ToSource() => new()
    {
        Card = Card,
        Position = Position,
        Weights = [.. Weights.Select(tensor => tensor.ToSource())],
        OptimizerState = [.. OptimizerState.Select(tensor => tensor.ToSource(CheckpointFile.OptimizerPrefix))],
        OptimizerStepCount = OptimizerStepCount,
        VectorBits = VectorBits,
    };

    /// <summary>Gives the network the weights that are validated.</summary>
    /// <exception cref="WeftException">Exit 23: the first tensor that is missing, left over or of another shape.</exception>
    public void ApplyTo(Network network) => Fill(network.State, Weights, "weights");

    /// <summary>Gives network, optimizer and average what they need to go on with the same bits.</summary>
    /// <exception cref="WeftException">Exit 23: the state belongs to another network or optimizer.</exception>
    public void ApplyTo(Network network, Optimizer optimizer, WeightAverage? average = null)
    {
        var isTrained = OptimizerState.ToLookup(tensor => tensor.Name.StartsWith(TrainedPrefix, StringComparison.Ordinal));
        Fill(optimizer.State, [.. average is null ? OptimizerState : isTrained[false]], "optimizer state");
        optimizer.RestoreStepCount(OptimizerStepCount);
        if (average is null)
        {
            ApplyTo(network);
            return;
        }

        Fill(network.State, [.. isTrained[true].Select(tensor => tensor.Renamed(tensor.Name[TrainedPrefix.Length..]))], "weights in training");
        Fill(average.State, [.. Weights.Select(tensor => tensor.Renamed(WeightAverage.Prefix + tensor.Name))], "averaged weights");
        average.RestoreUpdateCount(OptimizerStepCount); // updated after every step
    }

    private static void Fill(IReadOnlyList<StateTensor> targets, IReadOnlyList<NamedTensor> sources, string what)
    {
        var byName = sources.ToDictionary(source => source.Name, StringComparer.Ordinal);
        foreach (var target in targets)
        {
            if (!byName.TryGetValue(target.Name, out var source))
                throw Mismatch(what, $"{target.Name} [{string.Join(", ", target.Shape)}]", "no such tensor");
            if (!source.Shape.SequenceEqual(target.Shape))
                throw Mismatch(what, $"{target.Name} [{string.Join(", ", target.Shape)}]", $"[{string.Join(", ", source.Shape)}]");
        }

        var known = targets.Select(target => target.Name).ToHashSet(StringComparer.Ordinal);
        if (sources.FirstOrDefault(source => !known.Contains(source.Name)) is { } extra)
            throw Mismatch(what, $"{targets.Count} tensors", $"{extra.Name} besides");
        foreach (var target in targets)
            target.CopyFrom(byName[target.Name].Values);
    }

    private static WeftException Mismatch(string what, string expected, string found) => new(ExitCode.CheckpointMismatch, $"the checkpoint's {what} do not fit the network")
    {
        Expected = expected, Found = found, Safe = "nothing was changed",
    };
}
