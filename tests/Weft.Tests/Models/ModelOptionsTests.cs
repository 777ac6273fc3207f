namespace Weft.Tests.Models;

public class ModelOptionsTests
{
    public static TheoryData<string> Names => [.. ModelCatalog.Models.Select(model => model.Name)];

    public static TheoryData<string, NormalizationName, ActivationName> Choices
    {
        get
        {
            var data = new TheoryData<string, NormalizationName, ActivationName>();
            foreach (var model in ModelCatalog.Models)
            {
                foreach (var norm in Enum.GetValues<NormalizationName>())
                    data.Add(model.Name, norm, ActivationName.Relu);
                foreach (var activation in Enum.GetValues<ActivationName>())
                    data.Add(model.Name, NormalizationName.Batch, activation);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void Every_model_takes_a_step_with_every_norm_and_every_activation(string name, NormalizationName norm, ActivationName activation)
    {
        // Group norm needs channels that its groups divide: 2 divide a quarter of every width.
        var description = ModelCatalog.Describe(name, new ModelOptions
        {
            Width = 0.25, Normalization = norm, NormalizationGroups = 2, Activation = activation, Dropout = 0.2, SpatialDropout = 0.1, Classes = 3,
            Input = new FeatureShape(HashedModel.SizeFor(name), HashedModel.SizeFor(name), 1),
        });
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 2 });
        var images = Hashed.Values(1, "images", 2 * description.Input.Length, 0, 1);
        network.ForwardTraining(images, 2, 1);
        Assert.Equal(6, network.Logits.Length);
        Hashed.Values(1, "direction", 6, 0, 1).CopyTo(network.LogitsGradient);
        network.Backward();
        Assert.Null(network.FindNonFinite());
        // A bias in front of a batch norm has no effect, and so no gradient.
        Assert.All(network.Parameters.Where(parameter => parameter.Kind != ParameterKind.Bias), parameter =>
            Assert.Contains(parameter.Gradient.ToArray(), value => value != 0));

        var convolutionBiases = network.Parameters.Count(parameter => parameter.Kind == ParameterKind.Bias && parameter.Name.Contains("conv"));
        var convolutions = network.Parameters.Count(parameter => parameter.Kind == ParameterKind.Weight && parameter.Name.Contains("conv"));
        if (norm == NormalizationName.None)
            Assert.Equal(convolutions, convolutionBiases);
        else if (!name.StartsWith("cnn", StringComparison.Ordinal))
            Assert.Equal(0, convolutionBiases);
        Assert.Equal(norm != NormalizationName.None, network.Parameters.Any(parameter => parameter.Kind == ParameterKind.NormScale));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Other_image_sizes_fit_too(string name)
    {
        foreach (var input in (FeatureShape[])[new(32, 32, 3), new(29, 17, 1), new(16, 16, 2)])
        {
            var graph = NetworkGraph.Build(ModelCatalog.Describe(name, new ModelOptions { Input = input, Classes = 7 }));
            Assert.Equal(FeatureShape.Flat(7), graph.Output.Shape);
        }
    }

    [Fact]
    public void The_last_maps_of_resnet9_keep_every_pixel_of_odd_sizes()
    {
        var shapes = NetworkGraph.Build(ModelCatalog.Describe("resnet9", new ModelOptions())).Nodes.Where(node => node.Layer is MaxPool2d)
            .Select(node => node.Output.Shape.Height);
        Assert.Equal([14, 7, 4], shapes);
    }

    [Fact]
    public void Every_convolution_of_the_residual_models_is_one_that_winograd_takes_or_1x1()
    {
        foreach (var name in (string[])["rescnn", "resnet9", "wideresnet"])
        {
            var convolutions = NetworkGraph.Build(ModelCatalog.Describe(name, new ModelOptions())).Nodes.Select(node => node.Layer).OfType<Conv2d>();
            Assert.All(convolutions, convolution =>
                Assert.True(convolution.Stride == 1 && (convolution.Kernel == 1 || (convolution.Kernel == 3 && convolution.Padding == 1))));
        }
    }

    [Fact]
    public void Depth_of_the_wide_network_counts_its_layers()
    {
        // Convolutions on the longest path and the linear layer, as the paper counts: 3 groups of n blocks of 2, the first, and 3 for the shortcuts it counts.
        foreach (var depth in (int[])[10, 16, 28])
        {
            var nodes = NetworkGraph.Build(ModelCatalog.Describe("wideresnet", new ModelOptions { Depth = depth })).Nodes;
            Assert.Equal(depth, nodes.Count(node => node.Layer is Conv2d));
        }
    }

    [Fact]
    public void The_wide_network_widens_its_groups_and_not_its_first_convolution()
    {
        var channels = NetworkGraph.Build(ModelCatalog.Describe("wideresnet", new ModelOptions { Depth = 10, Width = 0.5 })).Nodes.Where(
            node => node.Layer is Conv2d { Kernel.Height: 3 });
        Assert.Equal([16, 32, 32, 64, 64, 128, 128], channels.Select(node => node.Output.Shape.Channels));
    }

    [Theory]
    [InlineData("wideresnet", 15, "depth is 15; expected 6n + 4")]
    [InlineData("resnet9", 16, "depth is 16, but resnet9 comes in one depth only")]
    public void A_depth_that_does_not_exist_is_refused(string name, int depth, string message)
    {
        var wrong = Assert.Throws<ArgumentException>(() => ModelCatalog.Describe(name, new ModelOptions { Depth = depth }));
        Assert.Contains(message, wrong.Message);
    }

    [Fact]
    public void All_nonsense_is_named_at_once()
    {
        var wrong = Assert.Throws<ArgumentException>(() => ModelCatalog.Describe("small", new ModelOptions
        {
            SpatialDropout = 1, NormalizationGroups = 0, Activation = (ActivationName)9, Normalization = (NormalizationName)7, Width = double.NaN,
        }));
        foreach (var part in (string[])["spatial_dropout is 1", "normalization_groups is 0", "activation is 9", "normalization is 7", "width is NaN"])
            Assert.Contains(part, wrong.Message);
    }
}
