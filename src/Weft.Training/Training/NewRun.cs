namespace Weft.Training;

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
