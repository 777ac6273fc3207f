namespace Weft.Tests.Reference;

internal static partial class Shapes
{
    public static IReadOnlyList<Shape> NormsAndActivations =>
    [
        // norms over each sample: channels around every vector length, groups of one, of some and of all
        Of("group norm, 4 of 4", 5, 4, 16, 3, new GroupNorm(4)),
        Of("group norm, 3 of 11", 3, 3, 33, 2, new GroupNorm(3)),
        Of("group norm, 5 of 2, other ε", 4, 5, 10, 2, new GroupNorm(5) { Epsilon = 1e-2 }),
        Of("group norm on 1x1", 1, 1, 34, 4, new GroupNorm(2)),
        Of("group norm, relu", 5, 5, 17, 3, new GroupNorm(17), new ReLU()),
        Of("group norm, relu, max-pool", 6, 6, 12, 2, new GroupNorm(3), new ReLU(), new MaxPool2d(2)),
        Of("group norm in front of a conv", 6, 5, 6, 2, new GroupNorm(2), new ReLU(), new Conv2d(9, 3) { Padding = 1 }),
        Of("layer norm", 5, 5, 10, 3, new LayerNorm2d()),
        Of("layer norm on 1x1", 1, 1, 33, 3, new LayerNorm2d()),
        Of("layer norm of two channels", 4, 7, 2, 3, new LayerNorm2d()),
        Of("layer norm twice", 4, 4, 5, 2, new LayerNorm2d(), new ReLU(), new LayerNorm2d()),
        Of("instance norm", 5, 3, 17, 3, new InstanceNorm2d()),
        Of("instance norm without weights", 4, 4, 10, 2, new InstanceNorm2d { Affine = false }),
        Of("instance norm without weights, relu", 4, 4, 6, 2, new InstanceNorm2d { Affine = false }, new ReLU()),
        Of("conv, group norm, gelu, conv", 6, 6, 5, 2, new Conv2d(12, 3) { Padding = 1, Bias = false },
            new GroupNorm(4), new GELU(), new Conv2d(7, 3) { Padding = 1 }),
        Of("group norm in a concat", 4, 4, 4, 2, new Concat(new GroupNorm(2), new Sequential(new Conv2d(5, 1), new LayerNorm2d(), new ReLU()))),

        // activations: alone, behind each other, where several read them, where their output is changed in place
        Of("leaky relu", 5, 5, 33, 2, new LeakyReLU { Slope = 0.2 }),
        Of("leaky relu, negative slope", 3, 5, 7, 2, new LeakyReLU { Slope = -0.5 }),
        Of("elu", 5, 4, 17, 2, new ELU()),
        Of("elu, other α", 3, 3, 10, 2, new ELU { Alpha = 0.4 }),
        Of("gelu", 5, 5, 10, 2, new GELU()),
        Of("silu", 3, 4, 33, 2, new SiLU()),
        Of("mish", 5, 3, 16, 2, new Mish()),
        Of("hard swish", 4, 5, 17, 2, new HardSwish()),
        Of("hard sigmoid", 4, 5, 17, 2, new HardSigmoid()),
        Of("mish on 1x1", 1, 1, 5, 4, new Mish()),
        Of("every activation in a row", 4, 4, 6, 2, new LeakyReLU(), new GELU(), new ELU(), new SiLU(), new ReLU(), new Mish()),
        Of("gelu, relu", 4, 4, 6, 2, new GELU(), new ReLU()),
        Of("conv, norm, silu, max-pool", 6, 6, 5, 2, new Conv2d(9, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new SiLU(), new MaxPool2d(2)),
        Of("conv, elu, conv, leaky relu", 5, 5, 3, 2, new Conv2d(8, 3) { Padding = 1 }, new ELU(), new Conv2d(5, 3) { Padding = 1 }, new LeakyReLU()),
        Of("linear, gelu, linear", 3, 3, 4, 3, new Flatten(), new Linear(19), new GELU(), new Linear(6)),
        Of("activations in a concat", 4, 5, 6, 2, new Concat(new GELU(), new LeakyReLU(), new Sequential(new Conv2d(3, 1), new Mish()))),
        Of("concat, silu", 4, 4, 5, 2, new Concat(new Conv2d(3, 1), new Conv2d(4, 1)), new SiLU(), new Conv2d(4, 3) { Padding = 1 }),

        // pre-activated residuals: norm and activation add their gradient to the shortcut's
        Of("residual of batch norm, relu, conv", 5, 5, 6, 2, new Residual(new Sequential(new BatchNorm2d(), new ReLU(), new Conv2d(6, 3) { Padding = 1 }))),
        Of("residual of group norm, relu, conv", 5, 5, 6, 2, new Residual(new Sequential(new GroupNorm(3), new ReLU(), new Conv2d(6, 3) { Padding = 1 }))),
        Of("residual of layer norm, gelu, conv", 5, 4, 10, 2, new Residual(new Sequential(new LayerNorm2d(), new GELU(), new Conv2d(10, 3) { Padding = 1 }))),
        Of("residual of mish, conv", 4, 4, 5, 2, new Residual(new Sequential(new Mish(), new Conv2d(5, 3) { Padding = 1 }))),
        Of("residual of leaky relu, conv", 4, 4, 5, 2, new Residual(new Sequential(new LeakyReLU(), new Conv2d(5, 3) { Padding = 1 }))),
        Of("activated residual with a shortcut", 4, 4, 5, 2, new SiLU(),
            new Residual(new Sequential(new Conv2d(8, 3) { Padding = 1 }, new ELU())) { Shortcut = new Conv2d(8, 1) { Bias = false } }, new GELU()),

        Of("global max-pool", 5, 3, 17, 3, new GlobalMaxPool()),
        Of("global max-pool, linear", 4, 4, 6, 2, new GlobalMaxPool(), new Linear(9), new GELU()),
        Of("spatial dropout at rest", 4, 4, 6, 2, new SpatialDropout(0)),
    ];
}
