using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

public class SampleNormTests
{
    public static TheoryData<string> Names => [.. Shapes.NormsAndActivations.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_number_of_threads_gives_the_same_bits(string name)
    {
        var shape = Shapes.NormsAndActivations.Single(shape => shape.Name == name) with { Batch = 5 };
        var first = Bits(shape, 1);
        foreach (var threads in (int[])[2, 3, 4, 7])
            Assert.Equal(first, Bits(shape, threads));
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_digits()
    {
        // With channels of mean 1000 and deviation 1, moments around 0 would lose six of the seven digits.
        foreach (Layer layer in (Layer[])[new GroupNorm(2), new LayerNorm2d(), new InstanceNorm2d()])
        {
            var description = new NetworkDescription("far", new FeatureShape(5, 5, 6), new Sequential(layer, new GlobalMaxPool()));
            var images = Hashed.Values(3, "images", 2 * 150, 1000, 1);
            using var device = new CpuDevice(1);
            using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 2 });
            network.Forward(images, 2);
            var reference = new ReferenceNetwork(description);
            reference.Forward(ReferenceMap.FromNhwc(images, 2, description.Input));
            reference.Tensors.CopyTo(network);
            network.Forward(images, 2);
            Close.Require($"{layer}", 1e-4, reference.Forward(ReferenceMap.FromNhwc(images, 2, description.Input)), network.Logits);
        }
    }

    [Fact]
    public void Nan_in_one_sample_stays_in_that_sample()
    {
        var description = new NetworkDescription("nan", new FeatureShape(3, 3, 4), new Sequential(new GroupNorm(2), new ReLU(), new GlobalAveragePool()));
        using var device = new CpuDevice(2);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 3 });
        var images = Hashed.Values(3, "images", 3 * 36, 0, 1);
        images[36 + 5] = float.NaN; // channel 1 of the second sample: its first group
        network.ForwardTraining(images, 3, 0);
        Assert.Equal([true, true, false, false], network.Logits.Slice(4, 4).ToArray().Select(float.IsNaN));
        Assert.All(network.Logits[..4].ToArray().Concat(network.Logits[8..].ToArray()), logit => Assert.True(float.IsFinite(logit)));
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "groups that do not divide", "expects a number of groups that divides the 6 channels, but received 4" },
        { "no groups", "expects a number of groups that divides the 6 channels, but received 0" },
        { "one value", "expects more than one value in a group" },
        { "epsilon", "expects a positive epsilon, but received 0" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Nonsense_is_refused_with_the_layers_name(string what, string message)
    {
        Layer layer = what switch
        {
            "groups that do not divide" => new GroupNorm(4) { Name = "bad" },
            "no groups" => new GroupNorm(0) { Name = "bad" },
            "one value" => new InstanceNorm2d { Name = "bad" },
            _ => new LayerNorm2d { Name = "bad", Epsilon = 0 },
        };
        var size = what == "one value" ? 1 : 3;
        using var device = new CpuDevice(1);
        var description = new NetworkDescription("wrong", new FeatureShape(size, size, 6), new Sequential(layer, new GlobalAveragePool()));
        var wrong = Assert.Throws<NetworkException>(() => Network.Compile(description, device, new CompileOptions()));
        Assert.Contains("\"bad\" " + message, wrong.Message);
    }

    [Fact]
    public void Weights_carry_pytorchs_names()
    {
        var description = new NetworkDescription("names", new FeatureShape(3, 3, 4), new Sequential(
            new GroupNorm(2) { Name = "norm1" }, new LayerNorm2d { Name = "norm2" }, new InstanceNorm2d { Name = "norm3" },
            new InstanceNorm2d { Name = "norm4", Affine = false },
            new GlobalAveragePool()));
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions());
        Assert.Equal(["norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "norm3.weight", "norm3.bias"], network.State.Select(tensor => tensor.Name));
        Assert.Equal([ParameterKind.NormScale, ParameterKind.NormShift], network.Parameters.Select(parameter => parameter.Kind).Distinct());
    }

    private static List<uint> Bits(Shape shape, int threads)
    {
        using var device = new CpuDevice(threads);
        using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = shape.Batch, Seed = 4 });
        network.ForwardTraining(shape.FloatImages(1), shape.Batch, 0);
        var values = network.Logits.ToArray().ToList();
        Hashed.Values(1, "direction", values.Count, 0, 1).CopyTo(network.LogitsGradient);
        network.Backward();
        foreach (var parameter in network.Parameters)
            values.AddRange(parameter.Gradient.ToArray());
        return [.. values.Select(BitConverter.SingleToUInt32Bits)];
    }
}
