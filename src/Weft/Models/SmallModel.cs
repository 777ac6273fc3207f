namespace Weft;

/// <summary>
/// The model a newcomer trains without choosing: two pairs of 3×3 convolutions (32, 32 and 64, 64), a max-pool after each pair, then global average pool,
/// dropout (default 0.1) and the logits. The pool instead of a hidden fully connected layer keeps it at 66,000 parameters.
/// </summary>
internal static class SmallModel
{
    public static NetworkDescription Describe(ModelOptions options) => new("small", options.Input, new Sequential(
    [
        .. Blocks.Convolution(options, options.Scale(32), 3, "1"),
        .. Blocks.Convolution(options, options.Scale(32), 3, "2"),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        .. Blocks.Convolution(options, options.Scale(64), 3, "3"),
        .. Blocks.Convolution(options, options.Scale(64), 3, "4"),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        new GlobalAveragePool(),
        .. Blocks.Dropout(options.Dropout ?? 0.1),
        new Linear(options.Classes) { Name = "fc" },
    ]));
}
