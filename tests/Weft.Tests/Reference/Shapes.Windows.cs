namespace Weft.Tests.Reference;

/// <summary>Groups, dilations, and kernels, strides and paddings that are not the same on every side.</summary>
internal static partial class Shapes
{
    private static IReadOnlyList<Shape> Windows =>
    [
        // one side unlike the other
        Of("conv 1x7", 5, 9, 5, 2, new Conv2d(6, (1, 7)) { Padding = (0, 3) }),
        Of("conv 7x1", 9, 5, 17, 2, new Conv2d(33, (7, 1)) { Padding = (3, 0) }),
        Of("conv 1x7, then 7x1", 8, 7, 18, 3, new Conv2d(20, (1, 7)) { Padding = (0, 3) }, new Conv2d(5, (7, 1)) { Padding = (3, 0) }),
        Of("conv 3x5, no padding", 6, 8, 3, 2, new Conv2d(5, (3, 5))),
        Of("conv 3x3, stride 2x1", 8, 7, 5, 2, new Conv2d(6, 3) { Stride = (2, 1), Padding = 1 }),
        Of("conv 3x3, stride 1x3", 6, 11, 17, 2, new Conv2d(16, 3) { Stride = (1, 3), Padding = 1 }),
        Of("conv 1x1, stride 1x2", 5, 6, 4, 2, new Conv2d(7, 1) { Stride = (1, 2) }),
        Of("conv 3x3, padding below and right only", 7, 6, 5, 2, new Conv2d(9, 3) { Padding = new(0, 0, 1, 1) }),
        Of("conv 3x3, padding below and right only, stride 2", 8, 8, 17, 2, new Conv2d(18, 3) { Stride = 2, Padding = new(0, 0, 1, 1) }),
        Of("conv 3x3, four paddings", 5, 6, 16, 2, new Conv2d(16, 3) { Padding = new(2, 0, 1, 3) }),
        Of("conv 2x2, padding above and left only", 5, 5, 3, 2, new Conv2d(4, 2) { Padding = new(1, 1, 0, 0) }),
        Of("conv 1x1, padding right only", 4, 4, 3, 2, new Conv2d(5, 1) { Padding = new(0, 0, 0, 2) }),
        Of("conv 3x3, padding 3", 4, 4, 3, 2, new Conv2d(5, 3) { Padding = 3 }),
        Of("conv 2x3, padding 2x4, stride 3x2", 7, 6, 5, 2, new Conv2d(6, (2, 3)) { Padding = (2, 4), Stride = (3, 2) }),

        // dilation
        Of("conv 3x3, dilation 2", 8, 7, 5, 2, new Conv2d(6, 3) { Dilation = 2, Padding = 2 }),
        Of("conv 3x3, dilation 2, 16 to 16", 7, 7, 16, 2, new Conv2d(16, 3) { Dilation = 2, Padding = 2 }),
        Of("conv 3x3, dilation 3x1, no padding", 9, 5, 17, 2, new Conv2d(18, 3) { Dilation = (3, 1) }),
        Of("conv 3x3, dilation 1x2, stride 2", 9, 9, 3, 2, new Conv2d(5, 3) { Dilation = (1, 2), Padding = (1, 2), Stride = 2 }),
        Of("conv 2x2, dilation 4 over the whole image", 5, 5, 3, 2, new Conv2d(7, 2) { Dilation = 4 }),
        Of("conv 1x1, dilation 5", 4, 3, 5, 2, new Conv2d(6, 1) { Dilation = 5 }),

        // groups
        Of("conv 3x3, 2 groups", 6, 5, 6, 2, new Conv2d(10, 3) { Groups = 2, Padding = 1 }),
        Of("conv 3x3, 3 groups of 11 to 17", 5, 6, 33, 2, new Conv2d(51, 3) { Groups = 3, Padding = 1 }),
        Of("conv 3x3, 2 groups of 16 to 16", 6, 6, 32, 2, new Conv2d(32, 3) { Groups = 2, Padding = 1 }),
        Of("conv 1x1, 4 groups", 5, 5, 12, 3, new Conv2d(8, 1) { Groups = 4 }),
        Of("conv 5x5, 2 groups, stride 2, dilation 2", 11, 10, 4, 2, new Conv2d(6, 5) { Groups = 2, Stride = 2, Dilation = 2, Padding = 3 }),
        Of("grouped conv, norm, relu, grouped conv", 6, 6, 8, 2,
            new Conv2d(12, 3) { Groups = 4, Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU(), new Conv2d(9, 3) { Groups = 3, Padding = 1 }),
        Of("conv of one channel to two each", 5, 5, 5, 2, new Conv2d(10, 3) { Groups = 5, Padding = 1 }),
        Of("grouped branches", 5, 5, 6, 2, new Concat(new Conv2d(4, 1) { Groups = 2 }, new Conv2d(5, 1), new Conv2d(6, 1) { Groups = 6 }, new Conv2d(3, 1))),

        // depthwise
        Of("depthwise 3x3", 6, 7, 5, 2, Depthwise(5, 3)),
        Of("depthwise 3x3, 33 channels", 5, 6, 33, 3, Depthwise(33, 3)),
        Of("depthwise 3x3, 64 channels", 9, 5, 64, 2, Depthwise(64, 3)),
        Of("depthwise 3x3, stride 2", 8, 7, 17, 2, Depthwise(17, 3) with { Stride = 2 }),
        Of("depthwise 3x3, stride 2, odd rest", 6, 9, 48, 2, Depthwise(48, 3) with { Stride = 2, Padding = 0 }),
        Of("depthwise 5x5", 7, 6, 20, 2, Depthwise(20, 5)),
        Of("depthwise 5x5, stride 2", 9, 8, 34, 2, Depthwise(34, 5) with { Stride = 2 }),
        Of("depthwise 7x7", 8, 9, 19, 2, Depthwise(19, 7)),
        Of("depthwise 1x1", 4, 5, 18, 2, Depthwise(18, 1)),
        Of("depthwise 1x5, stride 1x3", 4, 11, 9, 2, Depthwise(9, (1, 5)) with { Stride = (1, 3), Padding = (0, 2) }),
        Of("depthwise 2x4", 5, 7, 16, 2, Depthwise(16, (2, 4)) with { Padding = 0 }),
        Of("depthwise 3x3, stride 3 over a kernel of 2", 9, 8, 6, 2, Depthwise(6, 2) with { Stride = 3, Padding = 0 }),
        Of("depthwise 3x3, dilation 2", 8, 8, 17, 2, Depthwise(17, 3) with { Dilation = 2, Padding = 2 }),
        Of("depthwise 3x3, dilation 3x2, stride 2", 11, 10, 10, 2, Depthwise(10, 3) with { Dilation = (3, 2), Padding = (2, 1), Stride = 2 }),
        Of("depthwise 3x3, four paddings", 5, 6, 9, 2, Depthwise(9, 3) with { Padding = new(0, 2, 3, 1) }),
        Of("depthwise 3x3, padding 4", 3, 4, 7, 2, Depthwise(7, 3) with { Padding = 4 }),
        Of("depthwise 3x3, padding below and right only, stride 2", 8, 8, 24, 2, Depthwise(24, 3) with { Stride = 2, Padding = new(0, 0, 1, 1) }),
        Of("depthwise 3x3 on 1x1", 1, 1, 12, 3, Depthwise(12, 3)),
        Of("depthwise without bias", 5, 5, 10, 2, Depthwise(10, 3) with { Bias = false }),
        Of("depthwise, norm, relu, max-pool", 6, 8, 18, 3, Depthwise(18, 3) with { Bias = false }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2)),
        Of("depthwise 7x7, norm", 8, 8, 12, 2, Depthwise(12, 7), new BatchNorm2d()),
        Of("depthwise beside others", 6, 6, 8, 2, new Concat(Depthwise(8, 3), new Conv2d(5, 1), new MaxPool2d(3) { Stride = 1, Padding = 1 })),

        // pools
        Of("max-pool 1x2", 5, 7, 10, 2, new MaxPool2d((1, 2))),
        Of("max-pool 3x2, stride 2x1, padding 1x0", 7, 6, 17, 2, new MaxPool2d((3, 2)) { Stride = (2, 1), Padding = (1, 0) }),
        Of("max-pool 3, stride 2x1", 7, 6, 5, 2, new MaxPool2d(3) { Stride = (2, 1), Padding = 1 }),
        Of("max-pool 3, stride 2, padding below and right only", 8, 7, 18, 2, new MaxPool2d(3) { Stride = 2, Padding = new(0, 0, 1, 1) }),
        Of("max-pool 3, stride 2, ceil", 8, 6, 5, 2, new MaxPool2d(3) { Stride = 2, CeilMode = true }),
        Of("max-pool 3, stride 2, padding 1, ceil", 8, 9, 17, 2, new MaxPool2d(3) { Stride = 2, Padding = 1, CeilMode = true }),
        Of("max-pool 2, stride 3, ceil, a window that would begin behind", 5, 7, 5, 2, new MaxPool2d(2) { Stride = 3, CeilMode = true }),
        Of("norm, relu, max-pool 2 ceil on an odd size", 7, 5, 10, 2, new BatchNorm2d(), new ReLU(), new MaxPool2d(2) { CeilMode = true }),
        Of("norm, relu, max-pool 2x1", 6, 6, 10, 2, new BatchNorm2d(), new ReLU(), new MaxPool2d((2, 1))),
        Of("average-pool 2x3, stride 1x2", 5, 7, 10, 2, new AveragePool2d((2, 3)) { Stride = (1, 2) }),
        Of("average-pool 3, four paddings", 6, 7, 5, 2, new AveragePool2d(3) { Stride = 2, Padding = new(1, 0, 0, 1) }),
        Of("average-pool 3, padding 1, ceil", 8, 6, 17, 2, new AveragePool2d(3) { Stride = 2, Padding = 1, CeilMode = true }),
        Of("average-pool 3, padding not counted", 7, 8, 9, 2, new AveragePool2d(3) { Stride = 2, Padding = 1, CountIncludePad = false }),
        Of("average-pool 3, padding not counted, ceil", 8, 6, 5, 2,
            new AveragePool2d(3) { Stride = 2, Padding = new(0, 1, 1, 0), CeilMode = true, CountIncludePad = false }),

        // what they are for
        Of("relu6", 4, 5, 17, 2, new BatchNorm2d(), new ReLU6()),
        Of("sigmoid", 4, 5, 17, 2, new Sigmoid()),
        Of("gate", 5, 4, 10, 3, new ChannelGate(new Sequential(new GlobalAveragePool(), new Linear(10)))),
        Of("gate of a flat value", 3, 3, 6, 2, new GlobalAveragePool(), new ChannelGate(new Sigmoid())),
        Of("gate in gate", 4, 4, 5, 2, new ChannelGate(new Sequential(new ChannelGate(new GlobalMaxPool()), new GlobalAveragePool()))),
        Of("squeeze and excitation", 6, 5, 18, 2, SqueezeAndExcitation(18, 4)),
        Of("inverted residual", 6, 6, 8, 2, new Residual(new Sequential(
            new Conv2d(24, 1) { Bias = false }, new BatchNorm2d(), new ReLU6(),
            Depthwise(24, 3) with { Bias = false }, new BatchNorm2d(), new ReLU6(),
            new Conv2d(8, 1) { Bias = false }, new BatchNorm2d()))),
        Of("efficient block", 8, 7, 6, 2, new Sequential(
            new Conv2d(18, 1) { Bias = false }, new BatchNorm2d(), new SiLU(),
            Depthwise(18, 5) with { Bias = false, Stride = 2 }, new BatchNorm2d(), new SiLU(),
            SqueezeAndExcitation(18, 3), new Conv2d(10, 1) { Bias = false }, new BatchNorm2d())),
        Of("convnext block", 7, 8, 9, 2, new Residual(new Sequential(Depthwise(9, 7), new LayerNorm2d(), new Conv2d(36, 1), new GELU(), new Conv2d(9, 1)))),
    ];

    private static Conv2d Depthwise(int channels, Size2d kernel) =>
        new(channels, kernel) { Groups = channels, Padding = (kernel.Height / 2, kernel.Width / 2) };

    private static ChannelGate SqueezeAndExcitation(int channels, int squeezed) =>
        new(new Sequential(new GlobalAveragePool(), new Conv2d(squeezed, 1), new SiLU(), new Conv2d(channels, 1), new Sigmoid()));
}
