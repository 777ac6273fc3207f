namespace Weft;

/// <summary>
/// The residual network of 18 layers as torchvision builds it, with the names of its <c>state_dict</c>: a 7×7 convolution with stride 2, a 3×3 max-pool with
/// stride 2, four stages of two blocks with 64, 128, 256 and 512 channels, global average pool, logits; 11.2 million parameters without the logits. It divides
/// height and width by 32: at 28×28 one pixel is left, which <see cref="InstanceNorm2d"/> refuses.
/// </summary>
/// <remarks>He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016, table 1.</remarks>
internal static class ResNet18
{
    public static NetworkDescription Describe(ModelOptions options) => new("resnet18", options.Input, new Sequential(
    [
        Convolution(options, options.Scale(64), 7, 2, "conv1"),
        .. Blocks.Norm(options, "1"),
        Blocks.Activation(options),
        .. Blocks.Pool(options, new MaxPool2d(3) { Stride = 2, Padding = 1 }),
        Stage(options, 1, 64, stride: 1),
        Stage(options, 2, 128, stride: 2),
        Stage(options, 3, 256, stride: 2),
        Stage(options, 4, 512, stride: 2),
        new GlobalAveragePool(),
        .. Blocks.Dropout(options.Dropout ?? 0),
        new Linear(options.Classes) { Name = "fc" },
    ]));

    /// <summary>
    /// activation(norm(conv(activation(norm(conv(x))))) + x), and with <paramref name="downsample"/> a 1×1 convolution and a norm over the second x.
    /// </summary>
    public static Sequential BasicBlock(ModelOptions options, int channels, int stride, bool downsample, string name) => new(
    [
        new Residual(new Sequential(
        [
            Convolution(options, channels, 3, stride, "conv1"),
            .. Blocks.Norm(options, "1"),
            Blocks.Activation(options) with { Name = "relu1" },
            Convolution(options, channels, 3, 1, "conv2"),
            .. Blocks.Norm(options, "2"),
        ]) { Name = "" })
        {
            Name = "",
            Shortcut = downsample ? new Sequential([Convolution(options, channels, 1, stride), .. Blocks.UnnamedNorm(options)]) { Name = "downsample" } : null,
        },
        Blocks.Activation(options) with { Name = "relu" },
    ])
    {
        Name = name,
    };

    // torchvision widens nothing in the first stage: its first block needs no convolution in the shortcut.
    private static Sequential Stage(ModelOptions options, int number, int channels, int stride) => new(
    [
        BasicBlock(options, options.Scale(channels), stride, downsample: stride > 1, "0"),
        BasicBlock(options, options.Scale(channels), 1, downsample: false, "1"),
    ])
    {
        Name = $"layer{number}",
    };

    private static Conv2d Convolution(ModelOptions options, int channels, int kernel, int stride, string? name = null) => new(channels, kernel)
    {
        Name = name, Stride = stride, Padding = kernel / 2, Bias = options.Normalization == NormalizationName.None,
    };
}
