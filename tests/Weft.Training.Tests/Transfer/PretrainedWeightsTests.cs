namespace Weft.Training.Tests.Transfer;

public class PretrainedWeightsTests
{
    private const string Where = "weights.safetensors";

    [Fact]
    public void What_was_written_is_read()
    {
        var weights = Make("small");
        var bytes = weights.ToBytes().ToArray();
        var read = PretrainedWeights.Parse(bytes, Where);
        Assert.Equal(bytes, read.ToBytes().ToArray());
        Assert.Equal(weights.Tensors.Select(tensor => tensor.Name), read.Tensors.Select(tensor => tensor.Name));
        Assert.Equal((32, "test 1", "MIT"), (read.Metadata.Side, read.Metadata.Source, read.Metadata.Licence));
        Assert.Equal([0.4, 0.5, 0.6], read.PreprocessingAt(64).Mean);
        Assert.Equal((64, 64, 3), (read.PreprocessingAt(64).Height, read.PreprocessingAt(64).Width, read.PreprocessingAt(64).Channels));
    }

    [Fact]
    public void A_network_gets_all_but_its_classifier()
    {
        var weights = Make("small");
        var description = ModelCatalog.Describe("small", new ModelOptions { Classes = 5, Input = new FeatureShape(40, 32, 3) });
        using var device = Device.Cpu(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1, Seed = 3 });
        var before = network.State[^1].Name is "fc.bias" ? network.State[^2].ToArray() : throw new InvalidOperationException(network.State[^1].Name);
        weights.ApplyTo(network);
        Assert.Equal(before, network.State[^2].ToArray());
        Assert.All(weights.Tensors, tensor =>
            Assert.Equal(tensor.Values.ToArray(), network.State.Single(target => target.Name == tensor.Name).ToArray()));
        var head = new LinearWeights(5, before.Length / 5, new float[before.Length], [1, 2, 3, 4, 5]);
        var all = weights.With(head, description);
        Assert.Equal(network.State.Select(tensor => tensor.Name).Order(), all.Select(tensor => tensor.Name).Order());
    }

    [Fact]
    public void Another_networks_weights_are_refused_by_name_and_the_network_that_fits_is_named()
    {
        var refused = Assert.Throws<WeftException>(() => Make("resnet18-cntk").RequireFit(ModelCatalog.Describe("resnet18", new ModelOptions
        {
            Input = new FeatureShape(64, 64, 3),
        })));
        Assert.Equal(ErrorKind.CheckpointMismatch, refused.Kind);
        Assert.Equal(
            "these weights do not fit resnet18: layer4.2.bn1.bias is extra; layer4.2.bn1.running_mean is extra; layer4.2.bn1.running_var is extra; and 7 more",
            refused.What);
        Assert.Equal(new UseBackbone("resnet18-cntk"), refused.Next);
        var other = Assert.Throws<WeftException>(() => Make("small").RequireFit(ModelCatalog.Describe("small", new ModelOptions
        {
            Input = new FeatureShape(32, 32, 3), Width = 0.5,
        })));
        Assert.Contains("bn1.bias is [", other.What);
    }

    [Fact]
    public void The_network_that_tensors_belong_to_is_found()
    {
        var tensors = Make("small").Tensors;
        Assert.Equal("small", BackboneTensors.NetworkOf(tensors));
        Assert.Null(BackboneTensors.NetworkOf(tensors.Skip(1)));
    }

    [Fact]
    public void No_changed_byte_goes_unnoticed()
    {
        var bytes = Make("small").ToBytes().ToArray();
        foreach (var place in (int[])[3, 30, 200, 900, bytes.Length / 2, bytes.Length - 1])
        {
            var changed = (byte[])bytes.Clone();
            changed[place] ^= 1;
            Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => PretrainedWeights.Parse(changed, Where)).Kind);
        }

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => PretrainedWeights.Parse(bytes[..^4], Where)).Kind);
    }

    [Fact]
    public void What_was_not_imported_says_how_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = folder.In("plain.safetensors");
        using (var file = File.Create(path))
            SafetensorsWriter.Write(file, [.. Make("small").Tensors.Select(tensor => tensor.ToSource())], [new("format", "pt")]);
        Assert.Equal(new ImportWeights(path), Assert.Throws<WeftException>(() => PretrainedWeights.Read(path)).Next);
        var absent = Assert.Throws<WeftException>(() => PretrainedWeights.Read(folder.In("none.safetensors")));
        Assert.Equal((ErrorKind.InvalidInput, "there are no weights here"), (absent.Kind, absent.What));
        Assert.Equal(ErrorKind.IoError, Assert.Throws<WeftException>(() => PretrainedWeights.Read(folder.Path)).Kind);
    }

    [Fact]
    public void A_newer_format_is_refused_as_such()
    {
        byte[] memory = [];
        var bytes = SafetensorsWriter.Encode([], [new("sha256", CheckpointSeal.Blank), new("format", "2"), new("pretrained", "{}")], ref memory);
        CheckpointSeal.Apply(bytes.Span);
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => PretrainedWeights.Parse(bytes.ToArray(), Where)).Kind);
    }

    [Fact]
    public void Metadata_that_cannot_be_are_refused()
    {
        var weights = Make("small");
        Refuses(weights.Metadata with { Network = "resnet99" });
        Refuses(weights.Metadata with { Mean = [0.5] });
        Refuses(weights.Metadata with { StandardDeviation = [1, 1, 0] });
        Refuses(weights.Metadata with { Side = 0 });
        var ruined = weights.Tensors[0].Values.ToArray();
        ruined[1] = float.PositiveInfinity;
        Assert.Throws<WeftException>(() => PretrainedWeights.Create(
            weights.Metadata, [new(weights.Tensors[0].Name, weights.Tensors[0].Shape, ruined), .. weights.Tensors.Skip(1)], Where));

        void Refuses(PretrainedMetadata metadata) => Assert.Equal(
            ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => PretrainedWeights.Create(metadata, weights.Tensors, Where)).Kind);
    }

    internal static PretrainedWeights Make(string network)
    {
        var rng = Rng.For(5, RngPurpose.Initialization);
        return PretrainedWeights.Create(
            new PretrainedMetadata
            {
                Network = network, Source = "test 1", Licence = "MIT", SourceSha256 = new string('a', 64), Mean = [0.4, 0.5, 0.6],
                StandardDeviation = [0.2, 0.2, 0.3], Side = 32, Taken = new Dictionary<string, string>(), LeftOver = ["fc.weight"],
            },
            [.. BackboneTensors.Of(network).Shapes.Select(tensor => new NamedTensor(tensor.Key, tensor.Value,
                [.. Enumerable.Range(0, tensor.Value.Aggregate(1, (product, size) => product * size)).Select(i => (float)rng.Uniform(i, 0.5, 1))]))],
            Where);
    }
}
