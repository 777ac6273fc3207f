using System.Collections.Immutable;

namespace Weft;

/// <summary>
/// A piece of a network's description. Descriptions are immutable and hold no weights: <see cref="Network.Compile"/> turns one
/// into buffers and kernels for a device and a batch size.
/// </summary>
public abstract record Layer
{
    /// <summary>The layer's part of its parameters' names ("conv1" gives "conv1.weight"). Default: its index in the enclosing <see cref="Sequential"/>.</summary>
    public string? Name { get; init; }
}

/// <summary>Layers one after the other.</summary>
public sealed record Sequential(params ImmutableArray<Layer> Layers) : Layer;

/// <summary>Branches over the same input, concatenated along the channels in the order given. All branches end at the same height and width.</summary>
public sealed record Concat(params ImmutableArray<Layer> Branches) : Layer;

/// <summary>output = body(input) + shortcut(input); without <see cref="Shortcut"/> the input itself is added.</summary>
public sealed record Residual(Layer Body) : Layer
{
    /// <value>Default: none (identity).</value>
    public Layer? Shortcut { get; init; }
}

/// <summary>
/// Cross-correlation with a square kernel over zero-padded input:
/// output[n, k, y, x] = bias[k] + Σ(c, r, s) weight[k, c, r, s] · input[n, c, y·stride + r − padding, x·stride + s − padding].
/// <para>Shapes: input [N, C, H, W], weight [K, C, R, R], bias [K] → output [N, K, ⌊(H + 2·padding − R)/stride⌋ + 1, …].</para>
/// </summary>
public sealed record Conv2d(int OutputChannels, int Kernel) : Layer
{
    /// <value>Default: 1.</value>
    public int Stride { get; init; } = 1;

    /// <value>Default: 0.</value>
    public int Padding { get; init; }

    /// <value>Default: true.</value>
    public bool Bias { get; init; } = true;
}

/// <summary>
/// output = weight[c] · (input − mean[c]) / √(variance[c] + ε) + bias[c]. In training mean and (biased) variance are the batch's, over N, H and W,
/// and the running ones move by running ← (1 − momentum) · running + momentum · batch (the variance unbiased); in evaluation the running ones are used.
/// <para>Shapes: [N, C, H, W] → the same.</para>
/// </summary>
/// <remarks>Ioffe and Szegedy, "Batch normalization", ICML 2015.</remarks>
public sealed record BatchNorm2d : Layer
{
    /// <value>Default: 0.1.</value>
    public double Momentum { get; init; } = 0.1;

    /// <value>Default: 1e-5.</value>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>output = max(input, 0), element by element; the gradient at 0 is 0; NaN stays NaN.</summary>
public sealed record ReLU : Layer;

/// <summary>The largest value of each window; the gradient goes to the first largest one in reading order. Padding counts as −∞.
/// <para>Shapes: [N, C, H, W] → [N, C, ⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</para></summary>
public sealed record MaxPool2d(int Kernel) : Layer
{
    /// <value>Default: the kernel's size (windows do not overlap).</value>
    public int Stride { get; init; } = Kernel;

    /// <value>Default: 0. At most half the kernel.</value>
    public int Padding { get; init; }
}

/// <summary>The mean of each window. Padding counts as zeros and in the divisor.
/// <para>Shapes: [N, C, H, W] → [N, C, ⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</para></summary>
public sealed record AveragePool2d(int Kernel) : Layer
{
    /// <value>Default: the kernel's size.</value>
    public int Stride { get; init; } = Kernel;

    /// <value>Default: 0. At most half the kernel.</value>
    public int Padding { get; init; }
}

/// <summary>The mean over height and width. <para>Shapes: [N, C, H, W] → [N, C].</para></summary>
public sealed record GlobalAveragePool : Layer;

/// <summary>
/// In training each element is zero with probability <see cref="Rate"/> and otherwise scaled by 1/(1 − rate); in evaluation nothing changes.
/// The mask is a pure function of (seed, layer, step, element).
/// </summary>
public sealed record Dropout(double Rate) : Layer;

/// <summary>[N, C, H, W] → [N, C·H·W], features in the order channel, row, column as PyTorch has them.</summary>
public sealed record Flatten : Layer;

/// <summary>output = input · weightᵀ + bias. <para>Shapes: input [N, F], weight [O, F], bias [O] → output [N, O].</para></summary>
public sealed record Linear(int OutputFeatures) : Layer
{
    /// <value>Default: true.</value>
    public bool Bias { get; init; } = true;
}
