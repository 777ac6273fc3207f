namespace Weft;

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

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(OutputChannels >= 1 && Kernel >= 1 && Stride >= 1 && Padding >= 0, path, $"positive channels, kernel and stride and a padding of at least 0, but received {this}");
        Require((double)OutputChannels * input.Channels * Kernel * Kernel < int.MaxValue, path, $"fewer than 2^31 weights, but received {OutputChannels} outputs of {input.Channels} channels of {Kernel}x{Kernel}");
        return Window(input, OutputChannels, Kernel, Stride, Padding, path);
    }
}
