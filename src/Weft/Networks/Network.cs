namespace Weft;

/// <summary>What a forward pass is for.</summary>
public enum Phase
{
    /// <summary>Batch statistics, dropout active, everything kept for <see cref="Network.Backward"/>.</summary>
    Training = 1,

    /// <summary>Running statistics, no dropout.</summary>
    Evaluation = 2,
}

/// <summary>Choices of <see cref="Network.Compile"/>.</summary>
public sealed record CompileOptions
{
    /// <value>The largest number of samples in a pass. Default: 128.</value>
    public int BatchSize { get; init; } = 128;

    /// <value>Whether <see cref="Phase.Training"/> and <see cref="Network.Backward"/> will be used. Default: true.</value>
    public bool Training { get; init; } = true;

    /// <value>Seed of the initial weights and of dropout. Default: 0.</value>
    public long Seed { get; init; }

    /// <value>No Winograd and no other shortcut that changes rounding: direct sums only. Default: false.</value>
    public bool Strict { get; init; }
}

/// <summary>A description compiled for a device and a batch size: weights, buffers and kernels. One caller at a time.</summary>
public sealed class Network : IDisposable
{
    /// <exception cref="NetworkException">A layer does not fit its input; the message names the layer.</exception>
    public static Network Compile(NetworkDescription description, Device device, CompileOptions options) => throw new NotImplementedException();

    public NetworkDescription Description => throw new NotImplementedException();

    public Device Device => throw new NotImplementedException();

    public CompileOptions Options => throw new NotImplementedException();

    /// <summary>Length of a sample's logits.</summary>
    public int ClassCount => throw new NotImplementedException();

    /// <summary>The trainable tensors, in the description's order.</summary>
    public IReadOnlyList<Parameter> Parameters => throw new NotImplementedException();

    /// <summary>Parameters and running statistics under PyTorch's names and in PyTorch's layout.</summary>
    public IReadOnlyList<StateTensor> State => throw new NotImplementedException();

    /// <summary>Bytes of native memory held by weights, gradients, activations and scratch.</summary>
    public long MemoryBytes => throw new NotImplementedException();

    /// <summary>Computes <see cref="Logits"/>.</summary>
    /// <param name="images">[count, H, W, C], dense.</param>
    /// <param name="count">At most <see cref="CompileOptions.BatchSize"/>.</param>
    /// <param name="step">Number of the optimizer step, from which dropout draws; ignored in evaluation.</param>
    public void Forward(ReadOnlySpan<float> images, int count, Phase phase, long step = 0) => throw new NotImplementedException();

    /// <summary>[count, classes] of the last forward pass.</summary>
    public ReadOnlySpan<float> Logits => throw new NotImplementedException();

    /// <summary>[count, classes]: the caller writes dLoss/dLogits here before <see cref="Backward"/>.</summary>
    public Span<float> LogitsGradient => throw new NotImplementedException();

    /// <summary>Fills every parameter's gradient from <see cref="LogitsGradient"/>. Only after a forward pass in <see cref="Phase.Training"/>.</summary>
    public void Backward() => throw new NotImplementedException();

    /// <summary>The name of the first layer whose output, gradient or weights hold a NaN or an infinity, or null. Slow: for the message after a loss was not finite.</summary>
    public string? FindNonFinite() => throw new NotImplementedException();

    public void Dispose() { }
}

/// <summary>A description that cannot be compiled: what was expected, what was received, what to do.</summary>
public sealed class NetworkException(string message) : Exception(message);
