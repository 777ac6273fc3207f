namespace Weft;

/// <summary>
/// What torchvision's mobile networks are made of. A network has activations of its own: <see cref="ActivationName.Relu"/>, which is the default, leaves them
/// to it, and any other name replaces all but those of gates.
/// </summary>
internal static class MobileBlocks
{
    /// <summary>Convolution that halves height and width at stride 2, norm, activation, under their numbers.</summary>
    /// <param name="activation">The network's own one.</param>
    public static Sequential Convolution(ModelOptions options, int channels, int kernel, int stride, int groups, Layer activation) => new(
    [
        new Conv2d(channels, kernel) { Stride = stride, Padding = kernel / 2, Groups = groups, Bias = HasBias(options) },
        .. Blocks.UnnamedNorm(options),
        Activation(options, activation),
    ]);

    /// <summary>The end of a block: a 1×1 convolution and a norm, without an activation.</summary>
    public static Layer[] Projection(ModelOptions options, int channels) =>
        [new Conv2d(channels, 1) { Bias = HasBias(options) }, .. Blocks.UnnamedNorm(options)];

    /// <summary>
    /// A block between narrow ends: 1×1 convolution to <paramref name="hidden"/> channels (unless there are as many already), depthwise convolution, squeeze
    /// and excitation where there is a <paramref name="gate"/>, 1×1 convolution to <paramref name="outputs"/>; added to its input where the shapes are the
    /// same.
    /// </summary>
    public static Layer InvertedResidual(
        ModelOptions options, int inputs, int hidden, int outputs, int kernel, int stride, Layer activation, ChannelGate? gate)
    {
        var body = new Sequential(
        [
            .. hidden != inputs ? [Convolution(options, hidden, 1, 1, 1, activation)] : (Layer[])[],
            Convolution(options, hidden, kernel, stride, hidden, activation),
            .. gate is null ? [] : (Layer[])[gate],
            new Sequential([.. Projection(options, outputs)]),
        ])
        {
            Name = "block",
        };
        return stride == 1 && inputs == outputs ? new Residual(body) : new Sequential(body);
    }

    /// <summary>A gate of global average pool, 1×1 convolution to <paramref name="squeezed"/> channels, activation, 1×1 convolution back, sigmoid.</summary>
    public static ChannelGate SqueezeExcitation(int channels, int squeezed, Layer activation, Layer sigmoid) => new(new Sequential(
        [new GlobalAveragePool(), new Conv2d(squeezed, 1) { Name = "fc1" }, activation, new Conv2d(channels, 1) { Name = "fc2" }, sigmoid])
    {
        Name = "",
    });

    /// <summary>The network's own activation, unless another one was asked for.</summary>
    public static Layer Activation(ModelOptions options, Layer own) => options.Activation == ActivationName.Relu ? own : Blocks.Activation(options);

    /// <summary>Whether convolutions have a bias: where no norm follows them.</summary>
    public static bool HasBias(ModelOptions options) => options.Normalization == NormalizationName.None;

    /// <summary>To the nearest multiple of 8, but by no more than a tenth down.</summary>
    public static int MultipleOfEight(double channels)
    {
        var rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
