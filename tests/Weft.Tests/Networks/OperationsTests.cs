namespace Weft.Tests.Networks;

public class OperationsTests
{
    [Fact]
    public void An_operation_has_its_layers_parameters_and_flops()
    {
        var description = new NetworkDescription("plain", new FeatureShape(8, 6, 3), new Sequential(
            new Conv2d(5, 3) { Name = "conv", Padding = 1 },
            new BatchNorm2d { Name = "bn" },
            new ReLU(),
            new GELU { Name = "gelu" },
            new Flatten(),
            new Linear(4) { Name = "fc" }));
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 10, Strict = true });
        // The ReLU is computed in the norm's pass, and to flatten a dense map nothing is left to do.
        Assert.Equal(["conv", "bn", "gelu", "fc"], network.Operations.Select(operation => operation.Path));
        Assert.Equal([5 * 27 + 5, 10, 0, 4 * 240 + 4], network.Operations.Select(operation => operation.Parameters));
        Assert.Equal([2L * 48 * 5 * 27, 0, 0, 2 * 4 * 240], network.Operations.Select(operation => operation.Flops));
        Assert.Equal(network.Operations.Select(operation => operation.Flops), network.Operations.Select(operation => operation.RealFlops));
        Assert.Contains("direct 3x3", network.Operations[0].Summary);
    }

    [Theory]
    [InlineData("cnn5")]
    [InlineData("googlenet")]
    [InlineData("rescnn")]
    [InlineData("resnet9")]
    [InlineData("wideresnet")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("mobilenetv2")]
    public void Their_sums_are_the_networks(string name)
    {
        var description = ModelCatalog.Describe(name, new ModelOptions { Width = 0.5, Input = new FeatureShape(32, 32, 3) });
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 4 });
        Assert.Equal(network.ParameterCount, network.Operations.Sum(operation => operation.Parameters));
        Assert.Equal(network.ParameterCount, network.Parameters.Sum(parameter => (long)parameter.Value.Length));
        Assert.Equal(network.FlopsPerSample, network.Operations.Sum(operation => operation.Flops));
        Assert.All(network.Operations, operation => Assert.True(operation.RealFlops <= operation.Flops, $"{operation}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_observer_sees_every_pass_of_every_operation(bool training)
    {
        using var device = new CpuDevice(1);
        using var network = Network.Compile(
            ModelCatalog.Describe("googlenet", new ModelOptions { Width = 0.25 }), device, new CompileOptions { BatchSize = 2 });
        var seen = new List<(string Path, bool Backward)>();
        network.ObserveOperations((operation, backward) => seen.Add((operation.Path, backward)));
        var images = new float[2 * 28 * 28];
        if (training)
        {
            network.ForwardTraining(images, 2, 0);
            network.Backward();
        }
        else
        {
            network.Forward(images, 2);
        }

        var forward = seen.Where(pass => !pass.Backward).SelectMany(pass => pass.Path.Split(" + ")).ToList();
        Assert.Equal(network.Operations.Select(operation => operation.Path).Order(), forward.Order());
        Assert.Equal(training, seen.Any(pass => pass.Backward));
        network.ObserveOperations(null);
        seen.Clear();
        network.Forward(images, 2);
        Assert.Empty(seen);
    }
}
