using Weft.Tests.Reference;

namespace Weft.Tests.Optimizers;

/// <summary>Learning rates that shrink towards the images.</summary>
public class LearningRateFactorTests
{
    [Theory]
    [InlineData("resnet18", "fc.weight fc.bias", "layer4.0.conv1.weight layer4.1.bn2.bias", "layer3.0.downsample.0.weight", "layer2.1.conv2.weight",
        "layer1.0.conv1.weight", "conv1.weight bn1.bias")]
    [InlineData("mobilenetv2", "classifier.1.weight", "features.18.0.weight features.14.conv.1.0.weight",
        "features.14.conv.0.0.weight features.7.conv.1.0.weight", "features.4.conv.1.0.weight", "features.2.conv.1.0.weight",
        "features.0.0.weight features.2.conv.0.0.weight")]
    public void The_rate_shrinks_each_time_the_resolution_doubles(string model, params string[] stages)
    {
        using var device = new CpuDevice(1);
        var options = new ModelOptions { Input = new FeatureShape(64, 64, 3), Width = 0.25 };
        using var network = Network.Compile(ModelCatalog.Describe(model, options), device, new CompileOptions { BatchSize = 1 });
        network.DecayLearningRates(0.5);
        foreach (var (depth, names) in stages.Index())
            Assert.All(names.Split(' '), name =>
                Assert.Equal(Math.Pow(0.5, depth), network.Parameters.Single(parameter => parameter.Name == name).LearningRateFactor));
        network.DecayLearningRates(1);
        Assert.All(network.Parameters, parameter => Assert.Equal(1, parameter.LearningRateFactor));
    }

    [Fact]
    public void What_lies_in_a_gate_learns_as_its_map_does()
    {
        var gate = new ChannelGate(new Sequential([new GlobalAveragePool(), new Linear(3), new Sigmoid()])) { Name = "gate" };
        using var device = new CpuDevice(1);
        using var network = Network.Compile(
            new("gated", new FeatureShape(4, 4, 3), new Sequential([gate, new GlobalAveragePool(), new Linear(2) { Name = "fc" }])), device, new());
        network.DecayLearningRates(0.1);
        Assert.Equal([0.1, 0.1, 1, 1], network.Parameters.Select(parameter => parameter.LearningRateFactor));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Factors_that_are_none_are_refused(double factor)
    {
        using var device = new CpuDevice(1);
        using var network = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => network.DecayLearningRates(factor));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_parameter_moves_as_with_its_rate_for_all_and_its_decay_follows(bool reference)
    {
        using Device device = reference ? new ReferenceDevice() : new CpuDevice(2);
        var options = new AdamWOptions { WeightDecay = 0.1, DecayNormsAndBiases = true };
        var (all, alone) = (Moved(device, options, 0.25, 0.02), Moved(device, options, 1, 0.005));
        Assert.Equal(alone["0.weight"], all["0.weight"]);
        Assert.NotEqual(alone["2.weight"], all["2.weight"]);
        Assert.Equal(Moved(device, options, 1, 0.02)["2.weight"], all["2.weight"]);
    }

    private static Dictionary<string, float[]> Moved(Device device, OptimizerOptions options, double factor, double rate)
    {
        using var network = Network.Compile(
            new("two", new FeatureShape(2, 3, 4), new Sequential([new Conv2d(5, 1), new GlobalAveragePool(), new Linear(3)])), device, new() { BatchSize = 1 });
        network.DecayLearningRates(factor);
        using var optimizer = Optimizer.Create(options, network.Tensors);
        for (var step = 0; step < 3; step++)
        {
            foreach (var parameter in network.Parameters)
                parameter.Gradient.CopyFrom(Hashed.Values((uint)step, parameter.Name, parameter.Gradient.Length, 0.1, 1));
            optimizer.Step(rate);
        }

        return network.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.ToArray());
    }
}
