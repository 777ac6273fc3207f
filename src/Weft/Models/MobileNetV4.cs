namespace Weft;

/// <summary>
/// The small convolutional MobileNetV4 as timm builds it, with the names of its <c>state_dict</c>: convolutions at the first three resolutions, universal
/// inverted bottlenecks (a depthwise convolution before the 1×1 convolution that widens, one behind it, or both) at the next two, global average pool, a 1×1
/// convolution to 1280 channels with a norm, logits. ReLU throughout.
/// </summary>
/// <remarks>Qin et al., "MobileNetV4: universal models for the mobile ecosystem", ECCV 2024, table 11.</remarks>
internal static class MobileNetV4
{
    private const int StemChannels = 32;
    private const int HeadChannels = 1280;

    // Plain convolutions have no expansion; of the others a kernel of 0 means that there is no such convolution.
    private static readonly Block[][] Stages =
    [
        [new(0, 3, 2, 0, 32), new(0, 1, 1, 0, 32)],
        [new(0, 3, 2, 0, 96), new(0, 1, 1, 0, 64)],
        [new(5, 5, 2, 3, 96), new(0, 3, 1, 2, 96), new(0, 3, 1, 2, 96), new(0, 3, 1, 2, 96), new(0, 3, 1, 2, 96), new(3, 0, 1, 4, 96)],
        [
            new(3, 3, 2, 6, 128), new(5, 5, 1, 4, 128), new(0, 5, 1, 4, 128), new(0, 5, 1, 3, 128), new(0, 3, 1, 4, 128), new(0, 3, 1, 4, 128),
        ],
        [new(0, 1, 1, 0, 960)],
    ];

    public static NetworkDescription DescribeConvSmall(ModelOptions options)
    {
        int Scale(int channels) => MobileBlocks.MultipleOfEight(channels * options.Width);
        var channels = Scale(StemChannels);
        List<Layer> stages = [];
        List<Layer> stem = [Convolution(options, channels, 3, 2, 1) with { Name = "conv_stem" }, .. Blocks.Norm(options, "1"), Blocks.Activation(options)];
        foreach (var stage in Stages)
        {
            List<Layer> blocks = [];
            foreach (var block in stage)
            {
                var outputs = Scale(block.Outputs);
                blocks.Add(block.Expansion == 0 ? Plain(options, outputs, block) : Universal(options, channels, outputs, block));
                channels = outputs;
            }

            stages.Add(new Sequential([.. blocks]));
        }

        return new("mobilenetv4-conv-small", options.Input, new Sequential(
        [
            .. stem,
            new Sequential([.. stages]) { Name = "blocks" },
            new GlobalAveragePool(),
            Convolution(options, Scale(HeadChannels), 1, 1, 1) with { Name = "conv_head" },
            // An instance norm over a single pixel would leave nothing of it.
            .. options.Normalization == NormalizationName.Instance ? [] : Blocks.Norm(options, "").Select(norm => norm with { Name = "norm_head" }),
            Blocks.Activation(options),
            .. Blocks.Dropout(options.Dropout ?? 0),
            new Linear(options.Classes) { Name = "classifier" },
        ]));
    }

    private static Sequential Plain(ModelOptions options, int outputs, Block block) => new(
        [Convolution(options, outputs, block.Kernel, block.Stride, 1) with { Name = "conv" }, .. Blocks.Norm(options, "1"), Blocks.Activation(options)]);

    private static Layer Universal(ModelOptions options, int inputs, int outputs, Block block)
    {
        var hidden = MobileBlocks.MultipleOfEight(inputs * block.Expansion);
        Sequential Part(string name, int channels, int kernel, int stride, int groups, bool activated) => new(
        [
            Convolution(options, channels, kernel, stride, groups) with { Name = "conv" }, .. Blocks.Norm(options, ""),
            .. activated ? [Blocks.Activation(options)] : (Layer[])[],
        ])
        {
            Name = name,
        };
        Layer[] start = block.Start > 0 ? [Part("dw_start", inputs, block.Start, block.Kernel > 0 ? 1 : block.Stride, inputs, activated: false)] : [];
        Layer[] middle = block.Kernel > 0 ? [Part("dw_mid", hidden, block.Kernel, block.Stride, hidden, activated: true)] : [];
        var body = new Sequential(
            [.. start, Part("pw_exp", hidden, 1, 1, 1, activated: true), .. middle, Part("pw_proj", outputs, 1, 1, 1, activated: false)])
        {
            Name = "",
        };
        return block.Stride == 1 && inputs == outputs ? new Residual(body) : new Sequential(body);
    }

    private static Conv2d Convolution(ModelOptions options, int channels, int kernel, int stride, int groups) => new(channels, kernel)
    {
        Stride = stride, Padding = kernel / 2, Groups = groups, Bias = MobileBlocks.HasBias(options),
    };

    private readonly record struct Block(int Start, int Kernel, int Stride, int Expansion, int Outputs);
}
