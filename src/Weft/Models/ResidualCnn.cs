namespace Weft;

/// <summary>
/// A plain ladder made deeper by shortcuts: CNNModel5's widths and fully connected layers, and on each of the two lower resolutions one more 3×3 convolution
/// that adds to what it reads, y = x + activation(norm(conv(x))). Convolutions of 64, 64, 128, 128, 256 and 256 channels, pools behind the second and the
/// fourth (odd sizes round up), two fully connected layers; 7.6 million parameters.
/// </summary>
/// <remarks>He et al., "Deep residual learning for image recognition", 2016, for the shortcut; here around one convolution instead of two.</remarks>
internal static class ResidualCnn
{
    public static NetworkDescription Describe(ModelOptions options)
    {
        var size = options.Input;
        return new("rescnn", options.Input, new Sequential(
        [
            .. Convolution(64, 1),
            .. Convolution(64, 2),
            .. ResidualBlocks.Halve(options, ref size),
            .. Convolution(128, 3),
            Shortcut(128, 1),
            .. ResidualBlocks.Halve(options, ref size),
            .. Convolution(256, 4),
            Shortcut(256, 2),
            .. Blocks.TwoFullyConnected(options, featureDropout: 0.1, dropout: 0.25),
        ]));

        Layer[] Convolution(int channels, int number) => Blocks.Convolution(options, options.Scale(channels), 3, $"{number}");

        Residual Shortcut(int channels, int number) =>
            new(new Sequential([.. Blocks.Convolution(options, options.Scale(channels), 3)])) { Name = $"residual{number}" };
    }
}
