namespace Weft;

/// <summary>
/// Residual networks as torchvision builds them, with the names of its <c>state_dict</c>: a 7×7 convolution with stride 2, a 3×3 max-pool with stride 2, four
/// stages of blocks with 64, 128, 256 and 512 channels (four times as many behind a bottleneck), global average pool, logits. They divide height and width by
/// 32: at 28×28 one pixel is left, which <see cref="InstanceNorm2d"/> refuses.
/// </summary>
/// <remarks>He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016, table 1.</remarks>
internal static class ResNet
{
    private const int BottleneckExpansion = 4;

    /// <summary>A network of the catalog.</summary>
    /// <param name="blocks">How many blocks each of the four stages has.</param>
    /// <param name="bottleneck">Whether a block is 1×1, 3×3, 1×1 in place of two 3×3 convolutions.</param>
    public static CatalogModel Model(string name, string summary, (int First, int Second, int Third, int Fourth) blocks, bool bottleneck = false) =>
        new(name, summary, options => new(name, options.Input, new Sequential(
        [
            Convolution(options, options.Scale(64), 7, 2, "conv1"),
            .. Blocks.Norm(options, "1"),
            Blocks.Activation(options),
            .. Blocks.Pool(options, new MaxPool2d(3) { Stride = 2, Padding = 1 }),
            Stage(options, 1, blocks.First, bottleneck),
            Stage(options, 2, blocks.Second, bottleneck),
            Stage(options, 3, blocks.Third, bottleneck),
            Stage(options, 4, blocks.Fourth, bottleneck),
            new GlobalAveragePool(),
            .. Blocks.Dropout(options.Dropout ?? 0),
            new Linear(options.Classes) { Name = "fc" },
        ])));

    /// <summary>
    /// activation(norm(conv(activation(norm(conv(x))))) + x), and with <paramref name="downsample"/> a 1×1 convolution and a norm over the second x.
    /// </summary>
    public static Sequential BasicBlock(ModelOptions options, int channels, int stride, bool downsample, string name) => Block(
        options, stride, downsample ? channels : null, name,
        [
            .. Convolved(options, channels, 3, stride, 1),
            Blocks.Activation(options) with { Name = "relu1" },
            .. Convolved(options, channels, 3, 1, 2),
        ]);

    /// <summary>As <see cref="BasicBlock"/>, with 1×1 convolutions to <paramref name="channels"/> and to four times as many around one of 3×3.</summary>
    public static Sequential Bottleneck(ModelOptions options, int channels, int stride, bool downsample, string name) => Block(
        options, stride, downsample ? BottleneckExpansion * channels : null, name,
        [
            .. Convolved(options, channels, 1, 1, 1),
            Blocks.Activation(options) with { Name = "relu1" },
            .. Convolved(options, channels, 3, stride, 2),
            Blocks.Activation(options) with { Name = "relu2" },
            .. Convolved(options, BottleneckExpansion * channels, 1, 1, 3),
        ]);

    private static Sequential Block(ModelOptions options, int stride, int? shortcutChannels, string name, Layer[] body) => new(
    [
        new Residual(new Sequential([.. body]) { Name = "" })
        {
            Name = "",
            Shortcut = shortcutChannels is { } channels
                ? new Sequential([Convolution(options, channels, 1, stride), .. Blocks.UnnamedNorm(options)]) { Name = "downsample" } : null,
        },
        Blocks.Activation(options) with { Name = "relu" },
    ])
    {
        Name = name,
    };

    // The first stage has its channels from the stem: there a basic block's shortcut needs no convolution.
    private static Sequential Stage(ModelOptions options, int number, int blocks, bool bottleneck)
    {
        var channels = options.Scale(64 << (number - 1));
        return new([.. Enumerable.Range(0, blocks).Select(block =>
        {
            var stride = block == 0 && number > 1 ? 2 : 1;
            return bottleneck
                ? Bottleneck(options, channels, stride, downsample: block == 0, $"{block}")
                : BasicBlock(options, channels, stride, downsample: stride > 1, $"{block}");
        })])
        {
            Name = $"layer{number}",
        };
    }

    private static Layer[] Convolved(ModelOptions options, int channels, int kernel, int stride, int number) =>
        [Convolution(options, channels, kernel, stride, $"conv{number}"), .. Blocks.Norm(options, $"{number}")];

    private static Conv2d Convolution(ModelOptions options, int channels, int kernel, int stride, string? name = null) => new(channels, kernel)
    {
        Name = name, Stride = stride, Padding = kernel / 2, Bias = options.Normalization == NormalizationName.None,
    };
}
