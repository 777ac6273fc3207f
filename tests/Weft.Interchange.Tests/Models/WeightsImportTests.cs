using Google.Protobuf;
using Weft.Training;

namespace Weft.Interchange.Tests.Models;

public sealed class WeightsImportTests : IDisposable
{
    private static readonly WeightsOrigin Origin = new("test", "MIT");
    private static readonly IReadOnlyList<NamedTensor> ResNet18 = ResNetFile.Tensors("resnet18");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pytorch")]
    [InlineData("CNTK")]
    public void The_tensors_of_a_graph_are_named_by_how_its_operations_hang_together(string producer)
    {
        var weights = WeightsImport.Import(ResNetFile.Graph(ResNet18, [2, 2, 2, 2], producer).ToByteArray(), "here", Origin);
        Assert.Equal("resnet18", weights.Metadata.Network);
        Assert.Empty(weights.Metadata.LeftOver);
        Assert.Equal(ResNet18.Count, weights.Tensors.Count);
        foreach (var tensor in ResNet18)
        {
            var found = weights.Tensors.Single(other => other.Name == tensor.Name).Values.ToArray();
            if (producer == "CNTK" && tensor.Name == "conv1.weight")
            {
                // [outputs, 3, 7, 7]: blue first there, red first here.
                Assert.Equal(tensor.Values[..49].ToArray(), found[98..147]);
                Assert.Equal(tensor.Values[49..98].ToArray(), found[49..98]);
                Assert.Equal(tensor.Values[(147 + 98)..294].ToArray(), found[147..(147 + 49)]);
            }
            else
            {
                Assert.Equal(tensor.Values.ToArray(), found);
            }
        }

        Assert.Equal(producer == "CNTK" ? 123.152 / 255 : 0.485, weights.Metadata.Mean[0]);
        Assert.Equal(producer == "CNTK" ? 1 / 255.0 : 0.229, weights.Metadata.StandardDeviation[0]);
    }

    [Fact]
    public void A_state_dict_is_taken_under_its_names_and_its_classifier_is_left()
    {
        var bytes = Safetensors(
            [.. ResNet18.Select(tensor => tensor.ToSource("module.model.")), new("module.model.fc.weight", [2, 512], values => values.Clear())]);
        var weights = WeightsImport.Import(bytes, "here", Origin);
        Assert.Equal("resnet18", weights.Metadata.Network);
        Assert.Equal(["module.model.fc.weight"], weights.Metadata.LeftOver);
        Assert.Equal("layer4.1.bn2.bias", weights.Metadata.Taken["module.model.layer4.1.bn2.bias"]);
        Assert.Equal(224, weights.Metadata.Side);
    }

    [Theory]
    [InlineData("mobilenetv2")]
    [InlineData("mobilenetv3-small")]
    [InlineData("mobilenetv3-large")]
    [InlineData("efficientnet-b0")]
    public void Mobile_networks_are_recognized_by_the_names_of_their_tensors(string network)
    {
        var tensors = ResNetFile.Tensors(network);
        var weights = WeightsImport.Import(
            Safetensors([.. tensors.Select(tensor => tensor.ToSource()), new("classifier.9.weight", [2, 8], values => values.Clear())]), "here", Origin);
        Assert.Equal((network, tensors.Count), (weights.Metadata.Network, weights.Tensors.Count));
        Assert.Equal(["classifier.9.weight"], weights.Metadata.LeftOver);
    }

    [Fact]
    public void Every_network_of_the_catalog_that_takes_weights_is_told_from_the_others() => Assert.All(
        ModelCatalog.Models.Where(model => model.Name != "small"),
        model => Assert.Equal(model.Name, BackboneTensors.NetworkOf(ResNetFile.Tensors(model.Name))));

    [Fact]
    public void What_timm_says_of_the_pictures_next_to_the_file_is_taken()
    {
        var path = _folder.In("model.safetensors");
        File.WriteAllBytes(path, Safetensors(ResNet18.Select(tensor => tensor.ToSource())));
        File.WriteAllText(_folder.In("config.json"), """{"pretrained_cfg": {"mean": [0.5, 0.5, 0.4], "std": [0.5, 0.5, 0.25], "input_size": [3, 160, 160]}}""");
        var metadata = WeightsImport.Import(path, Origin).Metadata;
        Assert.Equal((160, 0.4, 0.25), (metadata.Side, metadata.Mean[2], metadata.StandardDeviation[2]));
        File.WriteAllText(_folder.In("config.json"), "[");
        Assert.Equal(0.406, WeightsImport.Import(path, Origin).Metadata.Mean[2]);
    }

    [Fact]
    public void Tensors_of_no_network_are_refused_and_the_nearest_is_named()
    {
        var refused = Assert.Throws<WeftException>(() => WeightsImport.Import(
            Safetensors(ResNet18.Where(tensor => tensor.Name != "layer3.1.conv1.weight").Select(tensor => tensor.ToSource())), "here", Origin));
        Assert.Equal(ErrorKind.CheckpointMismatch, refused.Kind);
        Assert.Contains("the nearest is resnet18: layer3.1.conv1.weight is missing", refused.Expected);
    }

    [Fact]
    public void Weights_that_do_not_answer_to_pictures_are_refused()
    {
        var refused = Assert.Throws<WeftException>(() => WeightsImport.Import(
            Safetensors(ResNet18.Select(tensor => tensor.ToSource())
                .Select(tensor => tensor.Name == "conv1.weight" ? tensor with { CopyTo = values => values.Clear() } : tensor)), "here", Origin));
        Assert.Equal((ErrorKind.InvalidInput, "the network hardly answers to pictures with these weights"), (refused.Kind, refused.What));
    }

    private static byte[] Safetensors(IEnumerable<TensorSource> tensors)
    {
        byte[] memory = [];
        return SafetensorsWriter.Encode([.. tensors], [], ref memory).ToArray();
    }
}
