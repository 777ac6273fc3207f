namespace Weft;

/// <summary>
/// MobileNetV2 as torchvision builds it, with the names of its <c>state_dict</c>: a 3×3 convolution with stride 2, seventeen inverted residual blocks (1×1
/// convolution to six times the channels, depthwise 3×3, 1×1 convolution back), a 1×1 convolution to 1280 channels, global average pool, dropout (default 0.2),
/// logits; 2.2 million parameters without the logits. <see cref="ActivationName.Relu"/> means ReLU6 here, as in the paper; channels are rounded to multiples
/// of 8.
/// </summary>
/// <remarks>Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018, table 2.</remarks>
internal static class MobileNetV2
{
    private const int LastChannels = 1280;

    // Expansion, output channels, blocks, stride of the first one.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static NetworkDescription Describe(ModelOptions options)
    {
        var channels = MobileBlocks.MultipleOfEight(32 * options.Width);
        List<Layer> features = [Convolution(options, channels, 3, 2, 1)];
        foreach (var stage in Stages)
        {
            var outputs = MobileBlocks.MultipleOfEight(stage.Channels * options.Width);
            for (var block = 0; block < stage.Blocks; block++)
            {
                features.Add(InvertedResidual(options, channels, outputs, block == 0 ? stage.Stride : 1, stage.Expansion));
                channels = outputs;
            }
        }

        // A narrow network keeps its last, widest layer.
        features.Add(Convolution(options, MobileBlocks.MultipleOfEight(LastChannels * Math.Max(1, options.Width)), 1, 1, 1));
        return new("mobilenetv2", options.Input, new Sequential(
        [
            new Sequential([.. features]) { Name = "features" },
            new GlobalAveragePool(),
            new Sequential([new Dropout(options.Dropout ?? 0.2), new Linear(options.Classes)]) { Name = "classifier" },
        ]));
    }

    /// <summary>
    /// Widens, convolves each channel by itself and narrows again, the last without an activation; added to its input where the shapes are the same.
    /// </summary>
    public static Layer InvertedResidual(ModelOptions options, int inputs, int outputs, int stride, int expansion)
    {
        var hidden = inputs * expansion;
        var body = new Sequential(
        [
            .. expansion > 1 ? [Convolution(options, hidden, 1, 1, 1)] : (Layer[])[],
            Convolution(options, hidden, 3, stride, hidden),
            .. MobileBlocks.Projection(options, outputs),
        ])
        {
            Name = "conv",
        };
        return stride == 1 && inputs == outputs ? new Residual(body) : new Sequential(body);
    }

    private static Sequential Convolution(ModelOptions options, int channels, int kernel, int stride, int groups) =>
        MobileBlocks.Convolution(options, channels, kernel, stride, groups, new ReLU6());
}
