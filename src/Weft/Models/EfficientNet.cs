namespace Weft;

/// <summary>
/// EfficientNet-B0 as torchvision builds it, with the names of its <c>state_dict</c>: a 3×3 convolution with stride 2, seven stages of inverted residual blocks
/// with squeeze and excitation, a 1×1 convolution to 1280 channels, global average pool, dropout (default 0.2), logits; SiLU throughout. Changed: no block is
/// left out at random in training (there up to a fifth of them).
/// </summary>
/// <remarks>Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML 2019, table 1.</remarks>
internal static class EfficientNet
{
    private const int LastChannels = 1280;

    private static readonly (int Expansion, int Kernel, int Stride, int Channels, int Blocks)[] Stages =
        [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)];

    public static NetworkDescription Describe(ModelOptions options)
    {
        var channels = MobileBlocks.MultipleOfEight(32 * options.Width);
        List<Layer> features = [MobileBlocks.Convolution(options, channels, 3, 2, 1, new SiLU())];
        foreach (var stage in Stages)
        {
            var outputs = MobileBlocks.MultipleOfEight(stage.Channels * options.Width);
            List<Layer> blocks = [];
            for (var block = 0; block < stage.Blocks; block++)
            {
                var hidden = channels * stage.Expansion;
                blocks.Add(MobileBlocks.InvertedResidual(
                    options, channels, hidden, outputs, stage.Kernel, block == 0 ? stage.Stride : 1, new SiLU(),
                    MobileBlocks.SqueezeExcitation(hidden, Math.Max(1, channels / 4), new SiLU(), new Sigmoid())));
                channels = outputs;
            }

            features.Add(new Sequential([.. blocks]));
        }

        features.Add(MobileBlocks.Convolution(options, MobileBlocks.MultipleOfEight(LastChannels * options.Width), 1, 1, 1, new SiLU()));
        return new("efficientnet-b0", options.Input, new Sequential(
        [
            new Sequential([.. features]) { Name = "features" },
            new GlobalAveragePool(),
            new Sequential([new Dropout(options.Dropout ?? 0.2), new Linear(options.Classes)]) { Name = "classifier" },
        ]));
    }
}
