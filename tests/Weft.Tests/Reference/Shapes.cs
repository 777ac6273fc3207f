namespace Weft.Tests.Reference;

/// <summary>A small network for comparing the engine with the reference.</summary>
/// <param name="Batch">Samples, at most those the engine is compiled for.</param>
internal sealed record Shape(string Name, FeatureShape Input, int Batch, Layer Body)
{
    public NetworkDescription Description => new(Name, Input, Body);

    public float[] FloatImages(long seed)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        return [.. Enumerable.Range(0, Batch * Input.Length).Select(i => (float)rng.Normal(i))];
    }

    public ReferenceMap Images(long seed) => ReferenceMap.FromNhwc(FloatImages(seed), Batch, Input);
}

/// <summary>
/// Every layer between a convolution (whose gradients are random projections of the layer's input gradient) and a linear layer, over odd shapes.
/// </summary>
internal static partial class Shapes
{
    public static IReadOnlyList<Shape> All { get; } =
    [
        // convolution: channels around every vector length, kernels larger than the image, strides larger than the kernel
        Of("conv 1x1 on 1x1", 1, 1, 1, 1, new Conv2d(1, 1)),
        Of("conv 1x1, 3 to 5", 4, 5, 3, 3, new Conv2d(5, 1)),
        Of("conv 1x1, 17 to 33", 7, 7, 17, 2, new Conv2d(33, 1)),
        Of("conv 1x1, stride 2", 7, 6, 5, 2, new Conv2d(10, 1) { Stride = 2 }),
        Of("conv 1x1, stride 3, padding 1", 5, 5, 3, 2, new Conv2d(4, 1) { Stride = 3, Padding = 1 }),
        Of("conv 3x3, no padding", 5, 4, 3, 2, new Conv2d(5, 3)),
        Of("conv 3x3, 1 to 10", 6, 6, 1, 3, new Conv2d(10, 3) { Padding = 1 }),
        Of("conv 3x3, 10 to 17", 7, 7, 10, 2, new Conv2d(17, 3) { Padding = 1 }),
        Of("conv 3x3, 16 to 16", 8, 8, 16, 2, new Conv2d(16, 3) { Padding = 1 }),
        Of("conv 3x3, 33 to 17", 6, 5, 33, 1, new Conv2d(17, 3) { Padding = 1 }),
        Of("conv 3x3, 17 to 33, 9x10", 9, 10, 17, 2, new Conv2d(33, 3) { Padding = 1 }),
        Of("conv 3x3, 64 to 64, 14x14", 14, 14, 64, 1, new Conv2d(64, 3) { Padding = 1 }),
        Of("conv 3x3, padding 2", 4, 5, 5, 2, new Conv2d(3, 3) { Padding = 2 }),
        Of("conv 3x3, stride 2", 7, 8, 5, 2, new Conv2d(6, 3) { Stride = 2, Padding = 1 }),
        Of("conv 3x3, stride 5 over 11", 11, 11, 3, 1, new Conv2d(5, 3) { Stride = 5, Padding = 1 }),
        Of("conv 3x3 on 1x1", 1, 1, 5, 4, new Conv2d(3, 3) { Padding = 1 }),
        Of("conv 3x3 on 2x1", 2, 1, 3, 5, new Conv2d(4, 3) { Padding = 1 }),
        Of("conv 5x5 on 2x2", 2, 2, 3, 2, new Conv2d(5, 5) { Padding = 2 }),
        Of("conv 5x5, 5 to 17", 7, 7, 5, 2, new Conv2d(17, 5) { Padding = 2 }),
        Of("conv 7x7, stride 2", 9, 9, 3, 2, new Conv2d(4, 7) { Stride = 2, Padding = 3 }),
        Of("conv 2x2, stride 2", 6, 7, 3, 2, new Conv2d(5, 2) { Stride = 2 }),
        Of("conv 4x4, padding 1", 6, 6, 3, 2, new Conv2d(5, 4) { Padding = 1 }),
        Of("conv without bias", 5, 5, 5, 2, new Conv2d(3, 3) { Padding = 1, Bias = false }),
        Of("two convs in a row", 6, 6, 5, 2, new Conv2d(8, 3) { Padding = 1 }, new Conv2d(7, 3) { Padding = 1 }),

        // norm, activation and what is fused with them
        Of("norm", 3, 5, 17, 3, new BatchNorm2d()),
        Of("norm, other constants", 4, 4, 5, 2, new BatchNorm2d { Momentum = 0.3, Epsilon = 1e-2 }),
        Of("norm on 1x1", 1, 1, 10, 5, new BatchNorm2d()),
        Of("relu", 5, 5, 33, 2, new ReLU()),
        Of("relu twice", 3, 3, 3, 2, new ReLU(), new ReLU()),
        Of("norm, relu", 5, 4, 10, 3, new BatchNorm2d(), new ReLU()),
        Of("norm, relu, max-pool", 6, 6, 10, 3, new BatchNorm2d(), new ReLU(), new MaxPool2d(2)),
        Of("norm, relu, max-pool, odd size", 7, 5, 17, 2, new BatchNorm2d(), new ReLU(), new MaxPool2d(2)),
        Of("conv, norm, relu, max-pool", 8, 8, 5, 2, new Conv2d(20, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2)),
        Of("conv, norm, relu, conv, norm, relu", 6, 6, 3, 2,
            new Conv2d(9, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU(),
            new Conv2d(7, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU()),
        Of("conv, norm, conv, norm, fewer and fewer channels", 6, 6, 3, 3,
            new Conv2d(17, 3) { Padding = 1 }, new BatchNorm2d(), new Conv2d(9, 3) { Padding = 1 }, new BatchNorm2d(), new Conv2d(2, 1), new BatchNorm2d()),
        Of("norm, max-pool", 6, 6, 5, 2, new BatchNorm2d(), new MaxPool2d(2)),
        Of("max-pool, norm, relu", 6, 6, 5, 2, new MaxPool2d(2), new BatchNorm2d(), new ReLU()),

        // pools
        Of("max-pool 2", 5, 7, 10, 2, new MaxPool2d(2)),
        Of("max-pool 3, stride 2, padding 1", 7, 8, 5, 2, new MaxPool2d(3) { Stride = 2, Padding = 1 }),
        Of("max-pool 3, stride 1, padding 1", 5, 5, 17, 2, new MaxPool2d(3) { Stride = 1, Padding = 1 }),
        Of("max-pool 3, stride 1", 6, 7, 18, 2, new MaxPool2d(3) { Stride = 1 }),
        Of("max-pool 3, stride 2", 7, 8, 17, 2, new MaxPool2d(3) { Stride = 2 }),
        Of("max-pool 3, stride 1, padding 1, fewer pixels than the window", 1, 2, 17, 2, new MaxPool2d(3) { Stride = 1, Padding = 1 }),
        Of("max-pool 2, stride 3", 8, 8, 3, 2, new MaxPool2d(2) { Stride = 3 }),
        Of("max-pool 1", 3, 3, 3, 1, new MaxPool2d(1)),
        Of("average-pool 2", 5, 7, 10, 2, new AveragePool2d(2)),
        Of("average-pool 3, stride 2, padding 1", 7, 8, 5, 2, new AveragePool2d(3) { Stride = 2, Padding = 1 }),
        Of("average-pool 2, stride 3", 8, 8, 33, 1, new AveragePool2d(2) { Stride = 3 }),
        Of("global average pool", 5, 3, 17, 3, new GlobalAveragePool()),
        Of("global average pool on 1x1", 1, 1, 3, 2, new GlobalAveragePool()),

        // linear
        Of("flatten, linear", 3, 4, 5, 3, new Flatten(), new Linear(17)),
        Of("flatten, linear, relu, linear", 3, 3, 10, 5, new Flatten(), new Linear(33), new ReLU(), new Linear(5)),
        Of("flatten, gelu, linear", 3, 4, 5, 3, new Flatten(), new GELU(), new Linear(7)),
        Of("flatten, residual, linear", 3, 4, 5, 3, new Flatten(), new Residual(new ReLU()), new Linear(7)),
        Of("flatten, residual around a linear layer", 3, 2, 4, 3, new Flatten(), new Residual(new Linear(24)), new Linear(7)),
        Of("flatten, concat, linear", 3, 4, 5, 3, new Flatten(), new Concat(new ReLU(), new Linear(6), new Sequential()), new Linear(7)),
        Of("flatten, norm, linear", 3, 4, 5, 3, new Flatten(), new BatchNorm2d(), new Linear(7)),
        Of("flatten, group norm, linear", 3, 4, 6, 3, new Flatten(), new GroupNorm(3), new Linear(7)),
        Of("linear without bias", 2, 2, 3, 4, new Flatten(), new Linear(10) { Bias = false }),
        Of("global average pool, linear, relu", 4, 4, 6, 2, new GlobalAveragePool(), new Linear(9), new ReLU()),

        // branches
        Of("concat of 1x1, 3x3, 5x5", 5, 5, 5, 2, new Concat(new Conv2d(3, 1), new Conv2d(5, 3) { Padding = 1 }, new Conv2d(10, 5) { Padding = 2 })),
        Of("concat, norm, relu", 4, 4, 3, 2, new Concat(new Conv2d(3, 1), new Conv2d(4, 3) { Padding = 1 }), new BatchNorm2d(), new ReLU()),
        Of("concat of one", 4, 4, 3, 2, new Concat(new Conv2d(5, 3) { Padding = 1 })),
        Of("inception", 6, 6, 10, 2, Inception(4)),
        Of("inception twice, pool between", 6, 6, 7, 2, Inception(3), new MaxPool2d(3) { Stride = 2, Padding = 1 }, Inception(2)),
        Of("concat in concat", 4, 4, 3, 2, new Concat(new Concat(new Conv2d(2, 1), new Conv2d(3, 1)), new Conv2d(4, 3) { Padding = 1 })),
        Of("concat with the input itself", 4, 4, 3, 2, new Concat(new Sequential(), new Conv2d(4, 3) { Padding = 1 })),
        Of("residual", 5, 5, 6, 2, new Residual(new Conv2d(6, 3) { Padding = 1 })),
        Of("residual, norm, relu", 5, 5, 10, 2,
            new Residual(new Sequential(new Conv2d(10, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU(),
                new Conv2d(10, 3) { Padding = 1, Bias = false }, new BatchNorm2d())),
            new ReLU()),
        Of("residual with a shortcut, stride 2", 6, 6, 5, 2,
            new Residual(new Sequential(new Conv2d(9, 3) { Padding = 1, Stride = 2 }, new BatchNorm2d())) { Shortcut = new Conv2d(
                9, 1) { Stride = 2, Bias = false } },
            new ReLU()),
        Of("residual in residual", 4, 4, 5, 2, new Residual(new Sequential(new Conv2d(5, 1), new Residual(new Conv2d(5, 3) { Padding = 1 }), new ReLU()))),
        Of("concat in residual", 4, 4, 7, 2, new Residual(new Concat(new Conv2d(3, 1), new Conv2d(4, 3) { Padding = 1 }))),
        Of("residual in concat", 4, 4, 3, 2, new Concat(new Residual(new Conv2d(3, 3) { Padding = 1 }), new MaxPool2d(3) { Stride = 1, Padding = 1 })),

        .. NormsAndActivations,
        .. Windows,
        .. Own,
    ];

    private static Concat Inception(int width) => new(
        new Sequential(new Conv2d(width, 1) { Bias = false }, new BatchNorm2d(), new ReLU()),
        new Sequential(new Conv2d(width, 1) { Bias = false }, new BatchNorm2d(), new ReLU(),
            new Conv2d(2 * width, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU()),
        new Sequential(new Conv2d(2, 1) { Bias = false }, new BatchNorm2d(), new ReLU(),
            new Conv2d(width, 5) { Padding = 2, Bias = false }, new BatchNorm2d(), new ReLU()),
        new Sequential(new MaxPool2d(3) { Stride = 1, Padding = 1 }, new Conv2d(width, 1) { Bias = false }, new BatchNorm2d(), new ReLU()));

    // The input has 7 channels, so that the 1×1 convolution "before" learns of 7 random projections of each channel's input gradient.
    public static Shape Of(string name, int height, int width, int channels, int batch, params Layer[] layers) =>
        new(name, new FeatureShape(height, width, 7), batch,
        new Sequential([new Conv2d(channels, 1) { Name = "before" }, .. layers, new Flatten(), new Linear(3) { Name = "after" }]));
}
