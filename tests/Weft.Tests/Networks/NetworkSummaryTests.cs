namespace Weft.Tests.Networks;

public class NetworkSummaryTests
{
    [Fact]
    public void Rows_hold_shapes_parameters_flops_and_memory()
    {
        var description = new NetworkDescription("plain", new FeatureShape(8, 6, 3), new Sequential(
            new Conv2d(5, 3) { Name = "conv", Padding = 1 },
            new BatchNorm2d { Name = "bn" },
            new ReLU(),
            new GELU { Name = "gelu" },
            new Flatten(),
            new Linear(4) { Name = "fc" }));
        using var device = new CpuDevice(1);
        var summary = NetworkSummary.Of(description, device, new CompileOptions { BatchSize = 10, Strict = true });
        Assert.Equal(["conv", "bn", "2", "gelu", "4", "fc"], summary.Layers.Select(layer => layer.Path));
        Assert.Equal(["Conv2d", "BatchNorm2d", "ReLU", "GELU", "Flatten", "Linear"], summary.Layers.Select(layer => layer.Layer));
        Assert.Equal([5 * 27 + 5, 10, 0, 0, 0, 4 * 240 + 4], summary.Layers.Select(layer => layer.Parameters));
        Assert.Equal(new FeatureShape(8, 6, 5), summary.Layers[0].Output);
        Assert.Equal(FeatureShape.Flat(240), summary.Layers[4].Output);
        Assert.Equal([2L * 48 * 5 * 27, 0, 0, 0, 0, 2 * 4 * 240], summary.Layers.Select(layer => layer.FlopsPerSample));
        Assert.Equal(summary.FlopsPerSample, summary.Layers.Sum(layer => layer.FlopsPerSample));
        Assert.Equal(summary.FlopsPerSample, summary.RealFlopsPerSample);
        Assert.Equal(summary.Parameters, summary.Layers.Sum(layer => layer.Parameters));

        // The convolution's few terms are summed again where they are needed, the rectifier is fused, the flattened map lies in the activation's.
        Assert.Null(summary.Layers[2].Operation);
        Assert.Equal([0, 48 * 5 * 40, 0, 48 * 5 * 40, 0, 4 * 40], summary.Layers.Select(layer => layer.ActivationBytes));
        Assert.Equal(10 * 8 * 10 * 3 * 4, summary.ActivationBytes - summary.Layers.Sum(layer => layer.ActivationBytes)); // the input with its halo
    }

    [Theory]
    [InlineData("cnn5")]
    [InlineData("googlenet")]
    [InlineData("rescnn")]
    [InlineData("resnet9")]
    [InlineData("wideresnet")]
    public void Sums_of_a_catalog_model_agree_with_the_network(string name)
    {
        var description = ModelCatalog.Describe(name, new ModelOptions { Width = 0.5 });
        using var device = new CpuDevice(1);
        var options = new CompileOptions { BatchSize = 4 };
        var summary = NetworkSummary.Of(description, device, options);
        using var network = Network.Compile(description, device, options);
        Assert.Equal(network.ParameterCount, summary.Parameters);
        Assert.Equal(network.ParameterCount, summary.Layers.Sum(layer => layer.Parameters));
        Assert.Equal(network.FlopsPerSample, summary.Layers.Sum(layer => layer.FlopsPerSample));
        Assert.Equal(network.MemoryBytes, summary.TrainingMemoryBytes);
        Assert.True(summary.InferenceMemoryBytes < summary.TrainingMemoryBytes);
        Assert.True(summary.RealFlopsPerSample < summary.FlopsPerSample, "Winograd multiplies less");
        Assert.True(summary.ActivationBytes < summary.TrainingMemoryBytes);
        Assert.Equal(4, summary.BatchSize);
    }
}
