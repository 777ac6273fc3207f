using System.Text.Json.Nodes;

namespace Weft.Training.Tests;

public sealed class ModelFileTests
{
    private static readonly FeatureShape Input = new(28, 28, 1);

    public static TheoryData<string> Catalog => [.. ModelCatalog.Models.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Catalog))]
    public void Every_catalog_model_survives_being_written_and_read(string name)
    {
        var description = ModelCatalog.Describe(
            name, new ModelOptions { SpatialDropout = 0.1, Normalization = NormalizationName.Group, Activation = ActivationName.LeakyRelu });

        var again = Read(ModelFile.Write(description));

        Assert.Equal(NetworkDescriptionJson.Write(description), NetworkDescriptionJson.Write(again));
    }

    [Fact]
    public void Short_and_full_forms_mean_the_same()
    {
        var shortForm = Read("""
            name: net
            layers:
              - conv2d: {output_channels: 8, kernel: 3, padding: 1}
              - relu
              - max_pool2d: 2
              - residual:
                  - conv2d: {output_channels: 8, kernel: 3, padding: 1}
                  - relu
              - global_average_pool
              - dropout: 0.2
              - linear: classes
            """);
        var fullForm = Read("""
            name: net
            input: 28x28x1
            layers:
              sequential:
                layers:
                  - conv2d: {kernel: 3, output_channels: 8, padding: 1}
                  - relu: {}
                  - max_pool2d: {kernel: 2}
                  - residual:
                      body:
                        sequential:
                          layers: [{conv2d: {output_channels: 8, kernel: 3, padding: 1}}, relu]
                  - global_average_pool
                  - dropout: {rate: 0.2}
                  - linear: {output_features: 10}
            """);

        Assert.Equal(NetworkDescriptionJson.Write(fullForm), NetworkDescriptionJson.Write(shortForm));
    }

    [Fact]
    public void Windows_are_one_number_or_a_list_of_their_sides()
    {
        var description = new NetworkDescription("net", Input, new Sequential(
            new Conv2d(8, (1, 7)) { Padding = (0, 3), Stride = (2, 1) },
            new Conv2d(8, 3) { Name = "", Groups = 4, Dilation = 2, Padding = new(1, 0, 2, 3) },
            new ChannelGate(new Sequential(new GlobalAveragePool(), new Linear(8), new Sigmoid())),
            new MaxPool2d((2, 1)) { CeilMode = true },
            new AveragePool2d((2, 3)) { Stride = 2, Padding = (1, 1), CountIncludePad = false },
            new ReLU6(), new GlobalAveragePool(), new Linear(10)));

        var text = ModelFile.Write(description);

        Assert.Contains("  - conv2d: {output_channels: 8, kernel: [1, 7], stride: [2, 1], padding: [0, 3]}\n", text);
        Assert.Contains("""  - conv2d: {name: "", output_channels: 8, kernel: 3, padding: [1, 0, 2, 3], dilation: 2, groups: 4}""" + "\n", text);
        Assert.Contains("  - max_pool2d: {kernel: [2, 1], ceil_mode: true}\n", text);
        Assert.Contains("  - average_pool2d: {kernel: [2, 3], stride: 2, padding: 1, count_include_pad: false}\n", text);
        Assert.Equal(NetworkDescriptionJson.Write(description), NetworkDescriptionJson.Write(Read(text)));
        Assert.Equal(new MaxPool2d((3, 2)), ((Sequential)Read("layers:\n  - max_pool2d: [3, 2]\n  - global_average_pool\n  - linear: classes").Body).Layers[0]);
    }

    [Theory]
    [InlineData("layers:\n  - conv2d: {output_channels: 8, kernel: [3, 3, 3]}", "net.yaml:2", "a list of two, for kernel a list of '3', '3', '3'")]
    [InlineData("layers:\n  - conv2d: {output_channels: 8, kernel: 3, padding: [1, 2, 3]}", "net.yaml:2", "a list of two or four, for padding")]
    [InlineData("layers:\n  - conv2d: {output_channels: 8, kernel: 3, stride: [1, x]}", "net.yaml:2", "for stride a list of '1', 'x'")]
    [InlineData("layers:\n  - conv2d: {output_channels: 8, kernel: 3x3}", "net.yaml:2", "for kernel '3x3'")]
    [InlineData("layers:\n  - conv2d: {output_channels: 9, kernel: 3, groups: 2}\n  - global_average_pool\n  - linear: classes",
        "net.yaml:2", "groups that divide")]
    [InlineData("layers:\n  - conv2d: {output_channels: 9, kernel: 3, dilation: 14}\n  - global_average_pool\n  - linear: classes", "net.yaml:2", "29x29")]
    [InlineData("layers:\n  - channel_gate: [sigmoid]\n  - global_average_pool\n  - linear: classes", "net.yaml:2", "one factor for each of 1 channels")]
    [InlineData("layers:\n  - cnov2d: {output_channels: 8, kernel: 3}\n  - linear: classes", "net.yaml:2", "did you mean conv2d?")]
    [InlineData("layers:\n  - flatten\n  - linear: {outputs: 10}", "net.yaml:3", "unknown key of linear outputs")]
    [InlineData("layers:\n  - conv2d: {output_channels: 8}\n  - flatten\n  - linear: classes", "net.yaml:2", "conv2d with kernel")]
    [InlineData("layers:\n  - conv2d: {output_channels: many, kernel: 3}", "net.yaml:2", "a whole number of at most 65536")]
    [InlineData("layers:\n  - dropout: high", "net.yaml:2", "a number for rate")]
    [InlineData("layer:\n  - flatten", "net.yaml:1", "did you mean layers?")]
    [InlineData("input: 32x32x3\nlayers:\n  - flatten\n  - linear: classes", "net.yaml:1", "the data's 28x28x1")]
    [InlineData("layers:\n  - flatten\n  - linear: 7", "net.yaml", "10 outputs")]
    [InlineData("layers:\n  - linear: classes", "net.yaml:2", "a flat input")]
    [InlineData("layers:\n  - max_pool2d: 2\n  - conv2d: {output_channels: 4, kernel: 31}\n  - flatten\n  - linear: classes", "net.yaml:3", "31")]
    [InlineData("layers:\n  - residual:\n      - conv2d: {output_channels: 4, kernel: 3, padding: 1}\n  - flatten\n  - linear: classes",
        "net.yaml:2", "equal shapes")]
    [InlineData("layers:\n  - conv2d: {output_channels: 60000, kernel: 60000, padding: 40000}\n  - flatten\n  - linear: classes", "net.yaml:2", "")]
    [InlineData("layers: &a\n  - flatten", "net.yaml:1", "plain YAML")]
    [InlineData("layers:\n  - *a", "net.yaml:2", "")]
    [InlineData("", "net.yaml", "a network")]
    [InlineData("layers: []", "net.yaml", "")]
    [InlineData("just words", "net.yaml:1", "the keys name, input and layers")]
    public void Every_mistake_is_named_with_its_line(string text, string where, string said)
    {
        var error = Assert.Throws<WeftException>(() => Read(text));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        var problems = error.Problems.Count > 0 ? error.Problems : [new Problem(error.Where ?? "", $"{error.What} {error.Expected}", error.Found ?? "")];
        Assert.Contains(problems, problem =>
            problem.Where.StartsWith(where, StringComparison.Ordinal) && $"{problem.Expected} {problem.Found}".Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_are_reported_together() =>
        Assert.Equal(3, Assert.Throws<WeftException>(() => Read("layers:\n  - rellu\n  - dropout: x\n  - linear: {output: 10}")).Problems.Count(
            problem => problem.Where.StartsWith("net.yaml:", StringComparison.Ordinal)));

    [Fact]
    public void Deep_nesting_ends_in_an_error_and_not_in_a_crash()
    {
        Assert.Throws<WeftException>(() => Read("layers: " + new string('[', 100_000)));
        Assert.Throws<WeftException>(() => Read("layers:\n" + string.Concat(Enumerable.Range(1, 500).Select(i => new string(' ', 2 * i) + "residual:\n"))));
    }

    [Fact]
    public void Random_damage_never_ends_in_anything_but_a_message()
    {
        var text = ModelFile.Write(ModelCatalog.Describe("googlenet", new ModelOptions()));
        var rng = Rng.For(1, RngPurpose.Analysis);
        for (var round = 0; round < 300; round++)
        {
            var draw = rng.Derive(round);
            var damaged = text.ToCharArray();
            for (var i = 0; i < 3; i++)
                damaged[draw.Int(i, damaged.Length)] = (char)(32 + draw.Int(10 + i, 95));
            try
            {
                Read(new string(damaged));
            }
            catch (WeftException error)
            {
                Assert.Equal(ErrorKind.InvalidInput, error.Kind);
            }
        }
    }

    [Fact]
    public void The_schema_knows_every_layer_and_its_keys()
    {
        var layers = JsonNode.Parse(ModelFileSchema.Json())!["$defs"]!["layer"]!["anyOf"]![2]!["properties"]!.AsObject();

        Assert.Contains("conv2d", layers.Select(layer => layer.Key));
        Assert.All(LayerTypes.Kinds, kind => Assert.True(layers.ContainsKey(kind.Name), kind.Name));
        var conv2d = layers["conv2d"]!["properties"]!;
        Assert.Equal("integer", (string?)conv2d["groups"]!["type"]);
        Assert.Equal(["integer", "array"], conv2d["kernel"]!["anyOf"]!.AsArray().Select(form => (string?)form!["type"]));
        Assert.Equal([2, 4], conv2d["padding"]!["anyOf"]!.AsArray().Skip(1).Select(form => (int)form!["maxItems"]!));
    }

    [Fact]
    public void A_run_remembers_its_network_when_the_file_is_gone()
    {
        using var folder = new TemporaryFolder();
        var file = folder.In("net.yaml");
        File.WriteAllText(file, "layers:\n  - conv2d: {output_channels: 4, kernel: 3, padding: 1}\n  - relu\n  - global_average_pool\n  - linear: classes\n");
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Recipe = "none", Overrides = [.. new[] { $"model.name={file}", "training.epochs=2", "training.batch_size=28" }.Select(
                ConfigurationResolver.ParseSet)],
        });
        using (var plan = TinyTraining.Begin(folder, configuration))
        using (var stop = new StopAtStep(3))
            Assert.Equal("net", Trainer.Run(plan, stop, stop.Token).NetworkName);
        File.Delete(file);

        using (var plan = TinyTraining.Resume(folder))
            Assert.Equal(StopReasons.Completed, Trainer.Run(plan).StopReason);
        var again = ConfigurationResolver.Resolve(new ConfigurationSources { File = TinyTraining.Run(folder).ConfigurationFile });
        Assert.Equal(TinyTraining.Run(folder).ModelFile, again.Value.Model.Name);

        File.WriteAllText(TinyTraining.Run(folder).ModelFile, File.ReadAllText(TinyTraining.Run(folder).ModelFile).Replace("relu", "gelu"));
        Assert.Equal(ErrorKind.CheckpointMismatch, Assert.Throws<WeftException>(() => TinyTraining.Resume(folder)).Kind);
    }

    private static NetworkDescription Read(string text) => ModelFile.Parse(text, "net.yaml", 10, Input);
}
