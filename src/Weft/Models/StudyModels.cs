namespace Weft;

/// <summary>The two plain networks of the study. It names their layers and, for the first, their widths; what it leaves open is said at each.</summary>
internal static class StudyModels
{
    /// <summary>
    /// CNNModel5, "4 convolutional layers with increasing filter sizes (64, 64, 128, 256), two max-pooling layers, dropout, batch normalization" and
    /// 2 fully connected layers. Open in the study: kernels are 3×3 with padding 1, the pools come after the second and the fourth convolution, the hidden
    /// fully connected layer has 512 outputs (12,544 inputs at 28×28), dropout is 0.25 before it and 0.5 after it.
    /// </summary>
    public static NetworkDescription DescribeCnn5(ModelOptions options) => new("cnn5", options.Input, new Sequential(
    [
        .. Convolution(options, 64, 1),
        .. Convolution(options, 64, 2),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        .. Convolution(options, 128, 3),
        .. Convolution(options, 256, 4),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        .. Blocks.TwoFullyConnected(options, featureDropout: 0.25, dropout: 0.5),
    ]));

    /// <summary>
    /// CNNModel4, "3 convolutional layers, one fully connected layer, and batch normalization" with pooling. Open in the study: everything else. Read here as
    /// CNNModel5's ladder with one convolution a rung (64, 128, 256 of 3×3, padding 1) and a max-pool after each, so that the single fully connected layer
    /// sees 256 channels of 3×3 instead of CNNModel5's 7×7: 394,000 parameters against 6.8 million, the "compact architecture" the study calls it.
    /// No dropout unless asked for: the study's L2 regularization is the optimizer's weight decay.
    /// </summary>
    public static NetworkDescription DescribeCnn4(ModelOptions options) => new("cnn4", options.Input, new Sequential(
    [
        .. Convolution(options, 64, 1),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        .. Convolution(options, 128, 2),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        .. Convolution(options, 256, 3),
        .. Blocks.Pool(options, new MaxPool2d(2)),
        new Flatten(),
        .. Blocks.Dropout(options.Dropout ?? 0),
        new Linear(options.Classes) { Name = "fc" },
    ]));

    // With a bias, which the norm behind it makes useless: PyTorch's default, and so what the study's networks most likely have.
    private static Layer[] Convolution(ModelOptions options, int channels, int number) =>
        Blocks.Convolution(options, options.Scale(channels), 3, $"{number}", bias: true);
}
