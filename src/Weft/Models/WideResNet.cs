namespace Weft;

/// <summary>
/// The pre-activated wide residual network WRN-d-4: a first convolution of 16 channels, three groups of (d − 4)/6 blocks with 64, 128 and 256 channels (norm,
/// activation, convolution, twice, added to their input), norm, activation, global average pool, logits. Depth 16 (2.7 million parameters) unless another is
/// asked for;
/// <see cref="ModelOptions.Width"/> 2 makes it WRN-d-8, 0.5 WRN-d-2; the first convolution keeps its 16 channels. Changed: a 2×2 max-pool in front of a group
/// halves the resolution instead of stride 2 in its first convolution, so that every 3×3 convolution has stride 1 and Winograd applies.
/// </summary>
/// <remarks>Zagoruyko and Komodakis, "Wide residual networks", BMVC 2016.</remarks>
internal static class WideResNet
{
    public const string Depths = "6n + 4: 10, 16, 22, 28, 34, 40 … 100";

    private const int UsualDepth = 16;

    // At any width, as in the paper: a stem of fewer channels would lose some of the nine values it sees.
    private const int StemChannels = 16;

    public static bool HasDepth(int depth) => depth is >= 10 and <= 100 && depth % 6 == 4;

    public static NetworkDescription Describe(ModelOptions options)
    {
        var blocks = ((options.Depth ?? UsualDepth) - 4) / 6;
        var size = options.Input;
        return new("wideresnet", options.Input, new Sequential(
        [
            Blocks.PlainConvolution(options, StemChannels, 3, "1"),
            Group(1, 64),
            Group(2, 128),
            Group(3, 256),
            .. Blocks.Norm(options, ""),
            Blocks.Activation(options),
            new GlobalAveragePool(),
            .. Blocks.Dropout(options.Dropout ?? 0),
            new Linear(options.Classes) { Name = "fc" },
        ]));

        Sequential Group(int number, int channels) => new(
        [
            .. number > 1 ? ResidualBlocks.Halve(options, ref size) : [],
            .. Widening(channels),
            .. Enumerable.Range(2, blocks - 1).Select(block => Block(block, channels)),
        ])
        {
            Name = $"group{number}",
        };

        // The first block of a group changes the number of channels: its shortcut is a 1×1 convolution, and both start at the activated input.
        Layer[] Widening(int channels) =>
        [
            .. Blocks.Norm(options, "1"),
            Blocks.Activation(options),
            new Residual(new Sequential([Convolve(channels, "1"), .. Second(channels)]) { Name = "body" })
            {
                Name = "block1",
                Shortcut = new Conv2d(options.Scale(channels), 1) { Name = "shortcut", Bias = options.Normalization == NormalizationName.None },
            },
        ];

        Residual Block(int number, int channels) => new(new Sequential(
            [.. Blocks.Norm(options, "1"), Blocks.Activation(options), Convolve(channels, "1"), .. Second(channels)])
        { Name = "body" })
        {
            Name = $"block{number}",
        };

        Layer[] Second(int channels) =>
            [.. Blocks.Norm(options, "2"), Blocks.Activation(options), .. Blocks.Dropout(options.FeatureDropout ?? 0), Convolve(channels, "2")];

        Conv2d Convolve(int channels, string suffix) => Blocks.PlainConvolution(options, options.Scale(channels), 3, suffix);
    }
}
