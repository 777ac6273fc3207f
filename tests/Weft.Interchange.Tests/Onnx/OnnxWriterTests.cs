using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

/// <summary>What <see cref="OnnxWriter"/> writes, run by ONNX Runtime.</summary>
public class OnnxWriterTests(ITestOutputHelper output)
{
    private const int Images = 50;

    // All 200 of them: dotnet run eng/dev.cs exports.
    private static readonly int Networks = int.Parse(Environment.GetEnvironmentVariable("WEFT_ONNX_NETWORKS") ?? "40");

    [Fact]
    public void Random_networks_of_all_layers_compute_the_same_in_ONNX_Runtime()
    {
        var (worst, worstFolded, kinds) = (0.0, 0.0, new HashSet<string>());
        for (var seed = 0; seed < Networks; seed++)
        {
            var model = RandomNetworks.Model(seed);
            kinds.UnionWith(model.Description.Nodes().Select(node => node.Layer.GetType().Name));
            worst = Math.Max(worst, Compare(model, new OnnxOptions()).MaxProbabilityDifference);
            worstFolded = Math.Max(
                worstFolded, Compare(model, new OnnxOptions { Fold = true, Preprocessing = OnnxPreprocessing.Arithmetic }).MaxProbabilityDifference);
        }

        output.WriteLine($"{Networks} networks, {Images} images each: largest difference of a probability {worst:g2}, "
            + $"folded and with arithmetic {worstFolded:g2}");
        Assert.Equal(
            typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract && type != typeof(Sequential))
                .Select(type => type.Name).Order(),
            kinds.Order());
    }

    public static TheoryData<string> Catalog => [.. ModelCatalog.Models.Select(model => model.Name)];

    [Theory, Trait("lane", "widest")]
    [MemberData(nameof(Catalog))]
    public void Networks_of_the_catalog_compute_the_same_in_ONNX_Runtime(string name)
    {
        var report = Compare(CatalogNetworks.Model(name), new OnnxOptions(), images: 6);
        output.WriteLine($"{report}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(127)]
    public void A_batch_may_have_any_size(int batch)
    {
        var model = RandomNetworks.Model(4);
        var samples = RandomNetworks.Images(model, batch);
        using var session = new InferenceSession(OnnxWriter.ToBytes(model, new OnnxOptions()));
        var pixels = new byte[batch * model.Shape.Length];
        for (var i = 0; i < batch; i++)
            OnnxImages.Planes(samples.Image(i), model.Shape).CopyTo(pixels, i * model.Shape.Length);
        using var image = OrtValue.CreateTensorValueFromMemory(pixels, [batch, model.Shape.Channels, model.Shape.Height, model.Shape.Width]);
        using var run = new RunOptions();
        using var results = session.Run(run, [OnnxWriter.Input], [image], [OnnxWriter.Logits, OnnxWriter.Probabilities, OnnxWriter.Class]);
        using var own = new NetworkClassifier(model, 1);
        var (logits, probabilities) = (new float[model.Classes.Count], new float[model.Classes.Count]);
        for (var i = 0; i < batch; i++)
        {
            own.Run(samples.Image(i), 1, logits, probabilities);
            Assert.Equal(SoftmaxCrossEntropy.ArgMax(logits), results[2].GetTensorDataAsSpan<long>()[i]);
            var theirs = results[1].GetTensorDataAsSpan<float>().Slice(i * logits.Length, logits.Length).ToArray();
            Assert.All(probabilities.Zip(theirs), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Fact]
    public void The_file_carries_classes_and_preprocessing_and_its_bytes_are_the_same_each_time()
    {
        var model = RandomNetworks.Model(7);
        model = model.With(new ModelRelease
        {
            Source = "run-1", SourceSha256 = "ab", Licence = "MIT", Validation = new ReleaseValidation(200, 150, 0.7, 1.25),
        });
        var file = OnnxWriter.ToBytes(model, new OnnxOptions());
        Assert.Equal(file, OnnxWriter.ToBytes(model, new OnnxOptions()));
        using var session = new InferenceSession(file);
        var metadata = session.ModelMetadata;
        Assert.Equal(("weft", "weft"), (metadata.ProducerName, metadata.Domain));
        Assert.Equal(model.Classes, JsonSerializer.Deserialize<string[]>(metadata.CustomMetadataMap[OnnxWriter.ClassesKey])!);
        Assert.Equal(("MIT", "run-1"), (metadata.CustomMetadataMap["license"], metadata.CustomMetadataMap["weft.run"]));
        Assert.StartsWith("accuracy 0.7500 (95 %: 0.68", metadata.CustomMetadataMap["weft.validation"]);
        Assert.EndsWith("dividing the logits by 1.2500 calibrates the probabilities", metadata.CustomMetadataMap["weft.validation"]);
        Assert.StartsWith("{0: 'it\\'s \\\\class 0', 1: '", metadata.CustomMetadataMap["names"]);
        Assert.Contains("\"mean\"", metadata.CustomMetadataMap[OnnxWriter.PreprocessingKey]);
        Assert.Equal(typeof(byte), session.InputMetadata[OnnxWriter.Input].ElementType);
        Assert.Equal(["batch", "", "", ""], session.InputMetadata[OnnxWriter.Input].SymbolicDimensions);
        var written = OnnxWire.Model.Parser.ParseFrom(file);
        Assert.Equal((8, 17), (written.IrVersion, written.OpsetImport.Single().Version));
        Assert.Superset(model.Weights.Select(tensor => tensor.Name).ToHashSet(), written.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet());
    }

    [Fact]
    public void Networks_that_end_in_a_flattened_map_give_their_logits_in_the_engines_order()
    {
        var description = new NetworkDescription(
            "map", new FeatureShape(3, 4, 2), new Sequential(new Conv2d(5, 3) { Padding = 1 }, new Flatten(), new Sigmoid()));
        Compare(RandomNetworks.Model(description, 1), new OnnxOptions());
    }

    [Fact]
    public void A_layer_of_ones_own_that_computes_is_refused_by_its_name()
    {
        var description = new NetworkDescription("own", new FeatureShape(3, 4, 2), new Sequential(new Flatten(), new Halved { Name = "half" }));
        var refused = Assert.Throws<WeftException>(() => OnnxWriter.ToBytes(RandomNetworks.Model(description, 1), new OnnxOptions()));
        Assert.Equal((ErrorKind.InvalidInput, "layer half"), (refused.Kind, refused.Where));
        Assert.Contains(nameof(Halved), refused.What);
    }

    [Fact]
    public async Task The_reference_checker_passes_what_is_written()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists("/usr/lib/python3/dist-packages/onnx/__init__.py"),
            "Debian's python3-onnx is not installed: the checker of the format was not asked");
        using var folder = new TemporaryFolder();
        for (var seed = 0; seed < Networks; seed++)
            File.WriteAllBytes(folder.In($"{seed}.onnx"), OnnxWriter.ToBytes(RandomNetworks.Model(seed), new OnnxOptions { Fold = seed % 2 == 1 }));
        using var python = Process.Start(new ProcessStartInfo(Python, ["-c",
            "import onnx,glob,sys\nfor f in glob.glob(sys.argv[1]+'/*.onnx'): onnx.checker.check_model(f, full_check=True)\nprint('checked')", folder.In("")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.True(said.Trim() == "checked", await errors);
    }

    public static TheoryData<string, int> Faults => new()
    {
        { "pads swapped", 0 }, { "padding not counted", 1 }, { "epsilon", 2 }, { "Gemm transposed", 3 }, { "mean and deviation swapped", 4 },
        { "channels swapped", 5 }, { "stride", 6 }, { "a weight", 7 }, { "bias lost", 8 }, { "variance and mean swapped", 9 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_planted_fault_fails_the_parity(string name, int fault)
    {
        var description = new NetworkDescription("planted", new FeatureShape(8, 8, 3), new Sequential(
            new Conv2d(6, 3) { Padding = new Padding2d(1, 0, 0, 1), Name = "conv" }, new BatchNorm2d { Name = "norm" }, new ReLU(),
            new AveragePool2d(3) { Padding = 1, Stride = 2, Name = "pool" }, new Conv2d(6, 3) { Padding = 1, Name = "conv2" }, new BatchNorm2d(), new ReLU(),
            new GlobalAveragePool(), new Linear(6) { Name = "square" }, new ReLU(), new Linear(4) { Name = "fc" }));
        var model = RandomNetworks.Model(description, 3);
        var options = new OnnxOptions { Preprocessing = fault == 4 ? OnnxPreprocessing.Arithmetic : OnnxPreprocessing.Table };
        var samples = RandomNetworks.Images(model, Images);
        Assert.True(Run(model, OnnxWriter.ToBytes(model, options), samples).IsEqual);
        var file = OnnxWire.Model.Parser.ParseFrom(OnnxWriter.ToBytes(model, options));
        Plant(file.Graph, fault);
        var report = Run(model, file.ToByteArray(), samples);
        output.WriteLine($"{name}: {report}");
        Assert.False(report.IsEqual);
        Assert.Equal(ErrorKind.Bug, Assert.Throws<WeftException>(() => report.Require("here")).Kind);
        Assert.IsType<WeftException>(Record.Exception(() => ReadBack(model, file.ToByteArray(), samples).Require("here")));
        ReadBack(model, OnnxWriter.ToBytes(model, options), samples).Require("here");
    }

    // As where there is no other runtime.
    private static ParityReport ReadBack(TrainedModel model, byte[] file, ImageSamples samples)
    {
        using var own = new NetworkClassifier(OnnxImport.ToModel(file, "here", new OnnxImportChoices()), 2);
        return Parity.Compare(model, own, samples, [.. Enumerable.Range(0, samples.Count)], 2, TestContext.Current.CancellationToken);
    }

    private static void Plant(OnnxWire.Graph graph, int fault)
    {
        OnnxWire.Node Node(string name) => graph.Node.Single(node => node.Name == name);
        OnnxWire.Attribute Attribute(string node, string name) => Node(node).Attribute.Single(attribute => attribute.Name == name);
        OnnxWire.Tensor Tensor(string name) => graph.Initializer.Single(tensor => tensor.Name == name);
        switch (fault)
        {
            case 0:
                var pads = Attribute("conv", "pads").Ints;
                (pads[0], pads[2], pads[1], pads[3]) = (pads[2], pads[0], pads[3], pads[1]);
                break;
            case 1:
                Attribute("pool", "count_include_pad").I = 0;
                break;
            case 2:
                Attribute("norm", "epsilon").F = 1e-3f;
                break;
            case 3:
                Attribute("square", "transB").I = 0;
                break;
            case 4:
                (Node("preprocessing/centred").Input[1], Node("preprocessing/normalized").Input[1]) = ("preprocessing/deviation", "preprocessing/mean");
                break;
            case 5:
                var starts = Tensor("preprocessing/starts");
                starts.RawData = ByteString.CopyFrom([.. Enumerable.Reverse(starts.RawData.Chunk(4).ToArray()).SelectMany(bytes => bytes)]);
                break;
            case 6:
                Attribute("pool", "strides").Ints[0] = 1;
                Attribute("pool", "pads").Ints[2] = 0;
                Attribute("pool", "kernel_shape").Ints[0] = 6;
                break;
            case 7:
                var weight = Tensor("fc.weight");
                var changed = weight.RawData.ToByteArray();
                changed[7] ^= 0x08;
                weight.RawData = ByteString.CopyFrom(changed);
                break;
            case 8:
                Node("conv").Input.RemoveAt(2);
                break;
            default:
                var inputs = Node("norm").Input;
                (inputs[3], inputs[4]) = (inputs[4], inputs[3]);
                break;
        }
    }

    private static ParityReport Compare(TrainedModel model, OnnxOptions options, int images = Images)
    {
        var report = Run(model, OnnxWriter.ToBytes(model, options), RandomNetworks.Images(model, images));
        report.Require(model.Description.Name);
        return report;
    }

    private static ParityReport Run(TrainedModel model, byte[] file, ImageSamples samples)
    {
        using var runtime = new OnnxRuntime(OnnxRuntimeLibrary.Find(null, OnnxImages.Packages)!, file, model, 2);
        return Parity.Compare(model, runtime, samples, [.. Enumerable.Range(0, samples.Count)], 2, TestContext.Current.CancellationToken);
    }
}

/// <summary>Halves its input.</summary>
internal sealed record Halved : CustomLayer
{
    protected override FeatureShape InferOutput(FeatureShape input) => input;

    protected override void Forward(in CustomForward pass)
    {
        for (var i = 0; i < pass.Input.Length; i++)
            pass.Output[i] = pass.Input[i] / 2;
    }

    protected override void Backward(in CustomBackward pass) => throw new NotSupportedException();
}
