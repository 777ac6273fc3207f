namespace Weft;

/// <summary>
/// Cross-correlation over zero-padded input, in groups of channels that do not see each other: with g = ⌊k · groups/K⌋ the group of output channel k,
/// output[n, k, y, x] = bias[k] + Σ(c, r, s) weight[k, c, r, s] · input[n, g · C/groups + c, y·stride + r·dilation − top, x·stride + s·dilation − left].
/// <para>Shapes: input [N, C, H, W], weight [K, C/groups, R, S], bias [K] → output [N, K, ⌊(H + top + bottom − dilation·(R − 1) − 1)/stride⌋ + 1, …], as
/// PyTorch.</para>
/// </summary>
public sealed record Conv2d(int OutputChannels, Size2d Kernel) : Layer
{
    // So many offsets of taps still lie on a worker's stack.
    private const int MostTaps = 16_384;

    /// <value>Default: 1.</value>
    public Size2d Stride { get; init; } = 1;

    /// <value>Default: 0.</value>
    public Padding2d Padding { get; init; }

    /// <value>Default: true.</value>
    public bool Bias { get; init; } = true;

    /// <summary>From one tap of the kernel to the next.</summary>
    /// <value>Default: 1.</value>
    public Size2d Dilation { get; init; } = 1;

    /// <summary>Groups of channels, each with a kernel of its own; as many as there are channels make the convolution depthwise.</summary>
    /// <value>Divides the channels of the input and of the output. Default: 1.</value>
    public int Groups { get; init; } = 1;

    internal override IEnumerable<LayerTensor> TensorsFor(FeatureShape input)
    {
        var channels = input.Channels / Groups;
        var start = Initialization.FanIn(channels * Kernel.Height * Kernel.Width);
        yield return new LayerTensor("weight", ParameterKind.Weight, [OutputChannels, channels, Kernel.Height, Kernel.Width], start);
        if (Bias)
            yield return new LayerTensor("bias", ParameterKind.Bias, [OutputChannels], start);
    }

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(OutputChannels >= 1 && Kernel.IsPositive && Stride.IsPositive && Padding.IsValid && Dilation.IsPositive && Groups >= 1, path,
            "positive channels, kernel, stride, dilation and groups and a padding of at least 0", $"{this}");
        Require(input.Channels % Groups == 0 && OutputChannels % Groups == 0, path,
            $"groups that divide its {input.Channels} input and {OutputChannels} output channels", $"{Groups}");
        Require((double)Kernel.Height * Kernel.Width <= MostTaps, path, $"a kernel of at most {MostTaps} taps", $"{Kernel.Height}x{Kernel.Width}");
        var channels = input.Channels / Groups;
        Require((double)OutputChannels * channels * Kernel.Height * Kernel.Width < int.MaxValue, path,
            "fewer than 2^31 weights", $"{OutputChannels} outputs of {channels} channels of {Kernel.Height}x{Kernel.Width}");
        return Window(input, OutputChannels, Kernel, Dilation, Stride, Padding, path);
    }
}
