using Weft.Tests.Fixtures;
using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

/// <summary>The reference, which the engine is compared with, against PyTorch in double (Fixtures/generate.py): a layer means here what it means there.</summary>
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
        reference.Tensors.Values["weight"] = Doubles($"{name} weight", shape[1], 1, 0.5);
        reference.Tensors.Values["bias"] = Doubles($"{name} bias", shape[1], 0, 0.5);

        var output = reference.Forward(input, Phase.Training);
        Require("output", output);
        var gradient = reference.Backward(Doubles($"{name} direction", output.Length, 0, 1));
        Require("images", gradient);
        Assert.Equal(reference.Tensors.Gradients.Count > 0, fixture.Has($"{name}.weight"));
        foreach (var (tensor, values) in reference.Tensors.Gradients)
            Require(tensor, values);

        void Require(string what, double[] actual) => Close.Require($"{name}.{what}", Tolerance, fixture.Tensor($"{name}.{what}"), [.. actual.Select(value => (float)value)]);
    }

    private static double[] Doubles(string name, int length, double centre, double spread) => [.. Hashed.Values(1, name, length, centre, spread).Select(value => (double)value)];
}
