namespace Weft;

/// <summary>
/// MobileNetV3 as torchvision builds it, with the names of its <c>state_dict</c>: a 3×3 convolution with stride 2, inverted residual blocks with squeeze and
/// excitation in some of them, a 1×1 convolution, global average pool, a hidden fully connected layer, dropout (default 0.2), logits. Half of the blocks use
/// ReLU and the others hard swish; batch norms have ε = 0.001 and momentum 0.01.
/// </summary>
/// <remarks>Howard et al., "Searching for MobileNetV3", ICCV 2019, tables 1 and 2.</remarks>
internal static class MobileNetV3
{
    private const int StemChannels = 16;
    private const int LastExpansion = 6;

    private static readonly Block[] LargeBlocks =
    [
        new(3, 16, 16, 1), new(3, 64, 24, 2), new(3, 72, 24, 1), new(5, 72, 40, 2, true), new(5, 120, 40, 1, true), new(5, 120, 40, 1, true),
        new(3, 240, 80, 2, Swish: true), new(3, 200, 80, 1, Swish: true), new(3, 184, 80, 1, Swish: true), new(3, 184, 80, 1, Swish: true),
        new(3, 480, 112, 1, true, true), new(3, 672, 112, 1, true, true), new(5, 672, 160, 2, true, true), new(5, 960, 160, 1, true, true),
        new(5, 960, 160, 1, true, true),
    ];

    private static readonly Block[] SmallBlocks =
    [
        new(3, 16, 16, 2, true), new(3, 72, 24, 2), new(3, 88, 24, 1), new(5, 96, 40, 2, true, true), new(5, 240, 40, 1, true, true),
        new(5, 240, 40, 1, true, true), new(5, 120, 48, 1, true, true), new(5, 144, 48, 1, true, true), new(5, 288, 96, 2, true, true),
        new(5, 576, 96, 1, true, true), new(5, 576, 96, 1, true, true),
    ];

    public static NetworkDescription DescribeLarge(ModelOptions options) => Describe("mobilenetv3-large", options, LargeBlocks, 1280);

    public static NetworkDescription DescribeSmall(ModelOptions options) => Describe("mobilenetv3-small", options, SmallBlocks, 1024);

    private static NetworkDescription Describe(string name, ModelOptions options, Block[] blocks, int hiddenFeatures)
    {
        int Scale(int channels) => MobileBlocks.MultipleOfEight(channels * options.Width);
        var channels = Scale(StemChannels);
        List<Layer> features = [MobileBlocks.Convolution(options, channels, 3, 2, 1, new HardSwish())];
        foreach (var block in blocks)
        {
            var (hidden, outputs) = (Scale(block.Hidden), Scale(block.Outputs));
            features.Add(MobileBlocks.InvertedResidual(
                options, channels, hidden, outputs, block.Kernel, block.Stride, block.Swish ? new HardSwish() : new ReLU(), block.Gated
                    ? MobileBlocks.SqueezeExcitation(hidden, MobileBlocks.MultipleOfEight(hidden / 4), new ReLU(), new HardSigmoid()) : null));
            channels = outputs;
        }

        features.Add(MobileBlocks.Convolution(options, LastExpansion * channels, 1, 1, 1, new HardSwish()));
        return new(name, options.Input, new Sequential(
        [
            (Sequential)WithNorms(new Sequential([.. features]) { Name = "features" }),
            new GlobalAveragePool(),
            new Sequential(
            [
                new Linear(Scale(hiddenFeatures)), MobileBlocks.Activation(options, new HardSwish()), new Dropout(options.Dropout ?? 0.2),
                new Linear(options.Classes),
            ])
            {
                Name = "classifier",
            },
        ]));
    }

    // The same layers with this network's constants of batch norms.
    private static Layer WithNorms(Layer layer) => layer switch
    {
        BatchNorm2d norm => norm with { Epsilon = 0.001, Momentum = 0.01 },
        Sequential inner => inner with { Layers = [.. inner.Layers.Select(WithNorms)] },
        Residual residual => residual with { Body = WithNorms(residual.Body) },
        _ => layer,
    };

    private readonly record struct Block(int Kernel, int Hidden, int Outputs, int Stride, bool Gated = false, bool Swish = false);
}
