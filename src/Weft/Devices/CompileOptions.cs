namespace Weft;

/// <summary>How a network is compiled by <see cref="Network.Compile"/>.</summary>
public sealed record CompileOptions
{
    /// <value>The largest number of samples in a pass. Default: 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <value>
    /// Whether <see cref="Network.ForwardTraining(ReadOnlySpan{float}, int, long)"/> and <see cref="Network.Backward"/> will be used. Default: true.
    /// </value>
    public bool Training { get; init; } = true;

    /// <value>Seed of the initial weights and of dropout. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>Whether weights are drawn; without, they are zeros until a checkpoint's are copied in. Default: true.</value>
    public bool DrawWeights { get; init; } = true;

    /// <value>No Winograd and no other shortcut that changes rounding: direct sums only. Default: false.</value>
    public bool Strict { get; init; }

    /// <value>
    /// Whether <see cref="BatchNorm2d"/> uses its running statistics in training too and leaves them as they are; weights and biases are trained. For networks
    /// that were trained elsewhere and go on with few pictures. Default: false.
    /// </value>
    public bool FrozenNormStatistics { get; init; }

    /// <value>Whether <see cref="Network.Backward"/> also computes the gradient of the images, for <see cref="Network.InputGradient"/>. Default: false.</value>
    public bool InputGradient { get; init; }
}
