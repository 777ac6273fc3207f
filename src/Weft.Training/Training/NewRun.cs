namespace Weft.Training;

/// <summary>Where a training begins that does not begin with drawn weights.</summary>
/// <param name="Weights">All of the network's state.</param>
/// <param name="Position">What was done before the first step: of a head that was fitted, its loss and hits on the training part.</param>
/// <param name="HeadPredictions">What these weights take each validation picture for, where they end in a fitted layer that is trained further.</param>
internal sealed record InitialState(IReadOnlyList<NamedTensor> Weights, TrainingPosition Position, IReadOnlyList<int>? HeadPredictions = null);

/// <summary>What a new run needs beside its configuration.</summary>
internal sealed record NewRun
{
    public required RunStore Store { get; init; }

    /// <value>Default: none, which gives <c>model-number</c>.</value>
    public string? Name { get; init; }

    /// <value>Whose weights it starts from. Default: none (fresh ones).</value>
    public CheckpointReference? From { get; init; }

    /// <value>As typed; recorded in the run. Default: empty.</value>
    public IReadOnlyList<string> CommandLine { get; init; } = [];
}
