namespace Weft;

/// <summary>
/// The small residual network that won DAWNBench's training race: convolutions of 64, 128, 256 and 512 channels, a 2×2 max-pool behind all but the first,
/// residual pairs behind the second and the last, global max-pool, logits; 6.6 million parameters. All convolutions are 3×3 with stride 1, so that Winograd
/// applies. Changed: nothing but the pools, which round up (7×7 becomes 4×4, one Winograd tile, at no cost), and the logits are not scaled.
/// </summary>
/// <remarks>Page, "How to train your ResNet", 2018.</remarks>
internal static class ResNet9
{
    public static NetworkDescription Describe(ModelOptions options)
    {
        var size = options.Input;
        return new("resnet9", options.Input, new Sequential(
        [
            new Sequential([.. Blocks.Convolution(options, options.Scale(64), 3)]) { Name = "prep" },
            new Sequential([.. Stage(128), Pair(128)]) { Name = "layer1" },
            new Sequential([.. Stage(256)]) { Name = "layer2" },
            new Sequential([.. Stage(512), Pair(512)]) { Name = "layer3" },
            new GlobalMaxPool(),
            .. Blocks.Dropout(options.Dropout ?? 0),
            new Linear(options.Classes) { Name = "fc" },
        ]));

        Layer[] Stage(int channels) => [.. Blocks.Convolution(options, options.Scale(channels), 3), .. ResidualBlocks.Halve(options, ref size)];

        Residual Pair(int channels) => new(new Sequential(
        [
            .. Blocks.Convolution(options, options.Scale(channels), 3, "1"),
            .. Blocks.Convolution(options, options.Scale(channels), 3, "2"),
        ]))
        {
            Name = "residual",
        };
    }
}
