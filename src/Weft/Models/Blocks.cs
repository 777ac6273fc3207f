namespace Weft;

/// <summary>Groups of layers that the models of the catalog are made of.</summary>
internal static class Blocks
{
    /// <summary>
    /// Convolution that keeps height and width, norm, activation. Names: conv + <paramref name="suffix"/>, and bn (batch norm) or norm (any other) + it.
    /// </summary>
    /// <param name="options">Which norm and which activation.</param>
    /// <param name="channels">Output channels, as they are (see <see cref="ModelOptions.Scale"/>).</param>
    /// <param name="kernel">Odd.</param>
    /// <param name="suffix">What the names of its layers end with.</param>
    /// <param name="bias">Whether the convolution has a bias although a norm, whose shift does its work, stands behind it. Without a norm it always has
    /// one.</param>
    public static Layer[] Convolution(ModelOptions options, int channels, int kernel, string suffix = "", bool bias = false) =>
        [PlainConvolution(options, channels, kernel, suffix, bias), .. Norm(options, suffix), Activation(options)];

    /// <summary>The convolution of <see cref="Convolution"/> alone.</summary>
    public static Conv2d PlainConvolution(ModelOptions options, int channels, int kernel, string suffix, bool bias = false) => new(channels, kernel)
    {
        Name = $"conv{suffix}",
        Padding = kernel / 2,
        Bias = bias || options.Normalization == NormalizationName.None,
    };

    public static Layer[] Norm(ModelOptions options, string suffix) => options.Normalization switch
    {
        NormalizationName.Batch => [new BatchNorm2d { Name = $"bn{suffix}" }],
        NormalizationName.Layer => [new LayerNorm2d { Name = $"norm{suffix}" }],
        NormalizationName.Group => [new GroupNorm(options.NormalizationGroups) { Name = $"norm{suffix}" }],
        NormalizationName.Instance => [new InstanceNorm2d { Name = $"norm{suffix}" }],
        NormalizationName.None => [],
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Normalization, "There is no such norm."),
    };

    /// <summary>The norm under its number, as torchvision has it in a row of layers.</summary>
    public static IEnumerable<Layer> UnnamedNorm(ModelOptions options) => Norm(options, "").Select(norm => norm with { Name = null });

    public static Layer Activation(ModelOptions options) => options.Activation switch
    {
        ActivationName.Relu => new ReLU(),
        ActivationName.LeakyRelu => new LeakyReLU(),
        ActivationName.Elu => new ELU(),
        ActivationName.Gelu => new GELU(),
        ActivationName.Silu => new SiLU(),
        ActivationName.Mish => new Mish(),
        ActivationName.Relu6 => new ReLU6(),
        ActivationName.HardSwish => new HardSwish(),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Activation, "There is no such activation."),
    };

    /// <summary>Nothing at a rate of 0.</summary>
    public static Layer[] Dropout(double rate) => rate > 0 ? [new Dropout(rate)] : [];

    /// <summary>Flattens the maps; a hidden fully connected layer of 512 outputs (times the width) and its activation; logits. Names: fc1, fc2.</summary>
    /// <param name="options">Its rates, where it has them, come before the defaults.</param>
    /// <param name="featureDropout">Default rate before the hidden layer.</param>
    /// <param name="dropout">Default rate behind it.</param>
    public static Layer[] TwoFullyConnected(ModelOptions options, double featureDropout, double dropout) =>
    [
        new Flatten(),
        .. Dropout(options.FeatureDropout ?? featureDropout),
        new Linear(options.Scale(512)) { Name = "fc1" },
        Activation(options),
        .. Dropout(options.Dropout ?? dropout),
        new Linear(options.Classes) { Name = "fc2" },
    ];

    /// <summary>A pool that lowers the resolution, and the dropout of whole channels that belongs behind it.</summary>
    public static Layer[] Pool(ModelOptions options, MaxPool2d pool) =>
        options.SpatialDropout > 0 ? [pool, new SpatialDropout(options.SpatialDropout)] : [pool];
}
