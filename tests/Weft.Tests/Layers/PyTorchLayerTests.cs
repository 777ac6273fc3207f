using Weft.Tests.Fixtures;
using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

/// <summary>
/// The reference, which the engine is compared with, against PyTorch in double (Fixtures/generate.py): a layer means here what it means there.
/// </summary>
public class PyTorchLayerTests
{
    // The fixture stores floats.
    private const double Tolerance = 1e-7;

    private static Dictionary<string, Layer> All { get; } = new()
    {
        ["group_norm"] = new GroupNorm(3),
        ["group_norm_epsilon"] = new GroupNorm(2) { Epsilon = 0.01 },
        ["layer_norm2d"] = new LayerNorm2d(),
        ["instance_norm2d"] = new InstanceNorm2d(),
        ["instance_norm2d_plain"] = new InstanceNorm2d { Affine = false },
        ["leaky_relu"] = new LeakyReLU { Slope = 0.2 },
        ["elu"] = new ELU(),
        ["elu_alpha"] = new ELU { Alpha = 0.4 },
        ["gelu"] = new GELU(),
        ["silu"] = new SiLU(),
        ["mish"] = new Mish(),
        ["global_max_pool"] = new GlobalMaxPool(),
        ["relu6"] = new ReLU6(),
        ["sigmoid"] = new Sigmoid(),
        ["hard_sigmoid"] = new HardSigmoid(),
        ["hard_swish"] = new HardSwish(),
        ["conv_grouped"] = new Conv2d(9, 3) { Groups = 3, Padding = 1 },
        ["conv_depthwise"] = new Conv2d(5, 3) { Groups = 5, Padding = 1, Stride = 2 },
        ["conv_multiplier"] = new Conv2d(8, 5) { Groups = 4, Padding = 2, Bias = false },
        ["conv_dilated"] = new Conv2d(4, 3) { Dilation = (2, 3), Padding = 2 },
        ["conv_1x7"] = new Conv2d(4, (1, 7)) { Padding = (0, 3) },
        ["conv_7x1"] = new Conv2d(4, (7, 1)) { Padding = (3, 0) },
        ["conv_stride_2x1"] = new Conv2d(4, 3) { Stride = (2, 1), Padding = 1 },
        ["conv_asymmetric"] = new Conv2d(4, 3) { Stride = 2, Padding = new(0, 1, 2, 3) },
        ["max_pool"] = new MaxPool2d((3, 2)) { Stride = (2, 1), Padding = (1, 0), CeilMode = true },
        ["average_pool"] = new AveragePool2d((2, 3)) { Stride = 2, Padding = (1, 1), CeilMode = true },
        ["average_pool_not_counted"] = new AveragePool2d(3) { Stride = 2, Padding = 1, CeilMode = true, CountIncludePad = false },
        ["squeeze_and_excitation"] = new ChannelGate(
            new Sequential(new GlobalAveragePool(), new Conv2d(2, 1) { Name = "fc1" }, new SiLU(),
                new Conv2d(6, 1) { Name = "fc2" }, new Sigmoid())
            { Name = "" }),
        ["inverted_residual"] = MobileNetV2.InvertedResidual(new ModelOptions(), 4, 4, 1, 6),
        ["inverted_residual_stride_2"] = MobileNetV2.InvertedResidual(new ModelOptions(), 4, 6, 2, 6),
        ["basic_block"] = ResNet.BasicBlock(new ModelOptions(), 5, 1, downsample: false, ""),
        ["basic_block_downsample"] = ResNet.BasicBlock(new ModelOptions(), 6, 2, downsample: true, ""),
        ["bottleneck_downsample"] = ResNet.Bottleneck(new ModelOptions(), 3, 2, downsample: true, ""),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_and_gradients_are_PyTorchs(string name)
    {
        var fixture = new Fixture("layers.safetensors");
        var shape = fixture.Metadata<Dictionary<string, int[]>>("shapes")[name];
        var input = new ReferenceMap(shape[0], shape[1], shape[2], shape[3]);
        Doubles($"{name} images", input.Length, 0.2, 3).CopyTo(input.Data, 0);
        var reference = new ReferenceNetwork(new NetworkDescription(name, new FeatureShape(shape[2], shape[3], shape[1]), All[name]));
        reference.ForwardTraining(input); // names the tensors
        var centres = fixture.Metadata<Dictionary<string, Dictionary<string, double>>>("centres")[name];
        foreach (var (key, values) in reference.Tensors.Values.Where(tensor => !tensor.Key.Contains("running")))
            reference.Tensors.Values[key] = Doubles($"{name} {key}", values.Length, centres[key], 0.5);

        var output = reference.ForwardTraining(input);
        Require("output", output);
        var gradient = reference.Backward(Doubles($"{name} direction", output.Length, 0, 1));
        Require("images", gradient);
        Assert.Equal(centres.Keys.Order(), reference.Tensors.Gradients.Keys.Order());
        foreach (var (tensor, values) in reference.Tensors.Gradients)
            Require(tensor, values);

        void Require(string what, double[] actual) =>
            Close.Require($"{name}.{what}", Tolerance, fixture.Tensor($"{name}.{what}"), [.. actual.Select(value => (float)value)]);
    }

    private static double[] Doubles(string name, int length, double centre, double spread) =>
        [.. Hashed.Values(1, name, length, centre, spread).Select(value => (double)value)];
}
