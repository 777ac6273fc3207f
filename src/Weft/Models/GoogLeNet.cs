namespace Weft;

/// <summary>
/// GoogLeNet with the original's nine Inception modules and all their widths (6.0 million parameters), fitted to small images.
/// Changed: the stem keeps the resolution (3×3 stride 1 instead of 7×7 stride 2, and no pool after its 3×3 convolution), so that modules 3a-3b work at 14×14,
/// 4a-4e at 7×7 and 5a-5b at 4×4 for 28×28; pools of stride 2 have padding 1 instead of rounding up; batch norm after every convolution instead of local
/// response norm; no auxiliary classifiers (batch norm makes them needless); dropout 0.4 before the one fully connected layer, as in the original.
/// </summary>
/// <remarks>Szegedy et al., "Going deeper with convolutions", CVPR 2015, table 1.</remarks>
internal static class GoogLeNet
{
    public static NetworkDescription Describe(ModelOptions options)
    {
        Layer Module(string name, int one, int reduce3, int three, int reduce5, int five, int pool) => Inception(
            options, name, options.Scale(one), options.Scale(reduce3), options.Scale(three), options.Scale(reduce5), options.Scale(five), options.Scale(pool));

        return new("googlenet", options.Input, new Sequential(
        [
            .. Blocks.Convolution(options, options.Scale(64), 3, "1"),
            .. Blocks.Pool(options, Halve()),
            .. Blocks.Convolution(options, options.Scale(64), 1, "2"),
            .. Blocks.Convolution(options, options.Scale(192), 3, "3"),
            Module("inception3a", 64, 96, 128, 16, 32, 32),
            Module("inception3b", 128, 128, 192, 32, 96, 64),
            .. Blocks.Pool(options, Halve()),
            Module("inception4a", 192, 96, 208, 16, 48, 64),
            Module("inception4b", 160, 112, 224, 24, 64, 64),
            Module("inception4c", 128, 128, 256, 24, 64, 64),
            Module("inception4d", 112, 144, 288, 32, 64, 64),
            Module("inception4e", 256, 160, 320, 32, 128, 128),
            .. Blocks.Pool(options, Halve()),
            Module("inception5a", 256, 160, 320, 32, 128, 128),
            Module("inception5b", 384, 192, 384, 48, 128, 128),
            new GlobalAveragePool(),
            .. Blocks.Dropout(options.Dropout ?? 0.4),
            new Linear(options.Classes) { Name = "fc" },
        ]));
    }

    private static MaxPool2d Halve() => new MaxPool2d(3) { Stride = 2, Padding = 1 };

    /// <summary>Four views of the same input side by side: 1×1, 3×3 and 5×5 behind 1×1 reductions, and a 3×3 max-pool behind which 1×1 projects.</summary>
    private static Concat Inception(ModelOptions options, string name, int one, int reduce3, int three, int reduce5, int five, int pool) => new(
    [
        new Sequential([.. Blocks.Convolution(options, one, 1)]) { Name = "branch1" },
        new Sequential([.. Blocks.Convolution(options, reduce3, 1, "1"), .. Blocks.Convolution(options, three, 3, "2")]) { Name = "branch2" },
        new Sequential([.. Blocks.Convolution(options, reduce5, 1, "1"), .. Blocks.Convolution(options, five, 5, "2")]) { Name = "branch3" },
        new Sequential([new MaxPool2d(3) { Stride = 1, Padding = 1 }, .. Blocks.Convolution(options, pool, 1)]) { Name = "branch4" },
    ])
    {
        Name = name,
    };
}
