using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

/// <summary>Networks that come in an ONNX file.</summary>
public class OnnxImportTests(ITestOutputHelper output)
{
    private const int Networks = 40;

    [Fact]
    public void What_is_written_comes_back_with_the_same_bits()
    {
        for (var seed = 0; seed < Networks; seed++)
            ReturnsAsItWas(RandomNetworks.Model(seed));
    }

    [Theory, Trait("lane", "widest")]
    [MemberData(nameof(OnnxWriterTests.Catalog), MemberType = typeof(OnnxWriterTests))]
    public void Networks_of_the_catalog_come_back_with_the_same_bits(string name) => ReturnsAsItWas(CatalogNetworks.Model(name));

    [Fact]
    public void Folded_networks_and_arithmetic_come_back_and_compute_nearly_the_same()
    {
        for (var seed = 0; seed < Networks; seed++)
        {
            var model = RandomNetworks.Model(seed);
            var file = OnnxWriter.ToBytes(model, new OnnxOptions { Fold = true, Preprocessing = OnnxPreprocessing.Arithmetic });
            using var imported = new NetworkClassifier(OnnxImport.ToModel(file, "here", new()), 2);
            var samples = RandomNetworks.Images(model, 8);
            Parity.Compare(model, imported, samples, [.. Enumerable.Range(0, samples.Count)], 2, TestContext.Current.CancellationToken).Require("here");
        }
    }

    [Theory, Trait("lane", "widest")]
    [InlineData(224)]
    [InlineData(160)]
    [InlineData(128)]
    public void A_published_network_gives_the_features_that_ONNX_Runtime_gives(int side)
    {
        const int Pictures = 4;
        var file = Models.OnnxParityTests.ForSide(Models.OnnxParityTests.OfPackage(), side);
        double[] mean = [103.063 / 255, 115.903 / 255, 123.152 / 255], deviation = [1 / 255.0, 1 / 255.0, 1 / 255.0];
        var model = OnnxImport.ToModel(file, "ResNet18.onnx", new(mean, deviation, [.. Enumerable.Range(0, 512).Select(i => $"feature {i}")]));
        Assert.Equal(new FeatureShape(side, side, 3), model.Shape);
        using var device = Device.Cpu(2);
        using var network = model.Compile(device, new CompileOptions { BatchSize = Pictures, Training = false });
        var bytes = Enumerable.Range(0, Pictures).Select(picture => Models.OnnxParityTests.Picture(picture, side)).ToArray();
        var pixels = side * side;
        float[] Normal(byte[] picture) => [.. picture.Select((value, i) => (float)((value / 255.0 - mean[i / pixels]) / deviation[i / pixels]))];
        var values = bytes.Select(Normal).ToArray();
        network.Forward([.. values.SelectMany(picture => picture.Select((_, i) => picture[i % 3 * pixels + i / 3]))], Pictures);
        using var options = new SessionOptions { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(file, options);
        for (var picture = 0; picture < Pictures; picture++)
        {
            var tensor = new DenseTensor<float>(values[picture], (int[])[1, 3, side, side]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], tensor)]);
            var expected = results[0].AsEnumerable<float>().ToArray();
            var own = network.Logits.Slice(picture * 512, 512).ToArray();
            var error = Math.Sqrt(own.Zip(expected, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(value => (double)value * value));
            output.WriteLine($"{side}, picture {picture}: relative L2 error {error:g2}");
            Assert.True(error <= 1e-4, $"picture {picture}: {error}");
        }
    }

    // The file's own paddings give two branches of different sizes there.
    [Fact]
    public void A_size_at_which_a_published_network_cannot_be_computed_is_refused_as_ONNX_Runtime_refuses_it()
    {
        const int Side = 112;
        var file = Models.OnnxParityTests.ForSide(Models.OnnxParityTests.OfPackage(), Side);
        var refused = Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new()));
        Assert.Contains("Add Plus", refused.Where);
        Assert.Throws<OnnxRuntimeException>(() =>
        {
            using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var session = new InferenceSession(file, options);
            var pixels = new DenseTensor<float>(new float[3 * Side * Side], [1, 3, Side, Side]);
            session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], pixels)]).Dispose();
        });
    }

    [Fact]
    public void What_no_file_says_must_be_given()
    {
        var file = Foreign(graph => graph.Node.Add(Node("Relu", "relu", ["x"], "y")), [1, 3, 1, 1], output: "y");
        Assert.Contains("classes", Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new())).What);
        Assert.Contains("pixels", Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new(Classes: ["a", "b", "c"]))).What);
        Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new([0.5, 0.5, 0.5], [1, 1, 1], ["a", "b"])));
        Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new([0.5], [1], ["a", "b", "c"])));
        var model = OnnxImport.ToModel(file, "here", new([0.5, 0.4, 0.3], [1, 2, 3], ["a", "b", "c"]));
        Assert.Equal([0.5, 0.4, 0.3], model.Preprocessing.Mean);
    }

    [Theory]
    [InlineData("LRN", "LRN odd")]
    [InlineData("Erf", "Erf odd")]
    [InlineData("Tanh", "Tanh odd")]
    public void What_no_layer_computes_is_refused_by_its_name(string kind, string named)
    {
        var file = Foreign(graph =>
        {
            graph.Node.Add(Node(kind, "odd", ["x"], "z"));
            graph.Node.Add(Node("Relu", "relu", ["z"], "y"));
        }, [1, 3, 1, 1], output: "y");
        var refused = Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new()));
        Assert.Equal((ErrorKind.InvalidInput, $"here: {named}"), (refused.Kind, refused.Where));
        Assert.NotNull(refused.Expected);
    }

    [Fact]
    public void Values_that_are_used_crosswise_are_refused()
    {
        // Two sums over the same two branches.
        var file = Foreign(graph =>
        {
            graph.Node.Add(Node("Relu", "a", ["x"], "a"));
            graph.Node.Add(Node("Sigmoid", "b", ["x"], "b"));
            graph.Node.Add(Node("Elu", "c", ["a"], "c"));
            graph.Node.Add(Node("Add", "d", ["a", "b"], "d"));
            graph.Node.Add(Node("Add", "e", ["c", "d"], "y"));
        }, [1, 3, 1, 1], output: "y");
        Assert.Contains("two places", Assert.Throws<WeftException>(() => OnnxImport.ToModel(file, "here", new())).Found);
    }

    [Fact]
    public void Operators_as_other_programs_write_them_become_layers()
    {
        // NHWC input, Pad before Conv, MatMul and Add, activations in parts, a mean over places: TensorFlow's and PyTorch's older ways.
        var file = Foreign(graph =>
        {
            graph.Node.Add(Node("Transpose", "nchw", ["x"], "t", List("perm", 0, 3, 1, 2)));
            graph.Node.Add(Node("Pad", "pad", ["t", "pads"], "p"));
            graph.Initializer.Add(Integers("pads", 0, 0, 1, 2, 0, 0, 0, 1));
            graph.Node.Add(Node("Conv", "conv", ["p", "w"], "c", List("kernel_shape", 3, 3), List("strides", 2, 2)));
            graph.Initializer.Add(Floats("w", [5, 3, 3, 3]));
            graph.Node.Add(Node("Add", "bias", ["c", "b"], "cb"));
            graph.Initializer.Add(Floats("b", [1, 5, 1, 1]));
            graph.Node.Add(Node("Add", "h1", ["cb", "three"], "h1"));
            graph.Node.Add(Node("Clip", "h2", ["h1", "zero", "six"], "h2"));
            graph.Node.Add(Node("Mul", "h3", ["cb", "h2"], "h3"));
            graph.Node.Add(Node("Div", "h4", ["h3", "six"], "h4"));
            graph.Node.Add(Node("Conv", "conv2", ["h4", "w2"], "c2", Text("auto_pad", "SAME_UPPER"), List("strides", 2, 2)));
            graph.Initializer.Add(Floats("w2", [4, 5, 3, 2]));
            graph.Node.Add(Node("Transpose", "nhwc", ["c2"], "n", List("perm", 0, 2, 3, 1)));
            graph.Node.Add(Node("Relu", "r", ["n"], "r"));
            graph.Node.Add(Node("Reshape", "flat", ["r", "shape"], "f"));
            graph.Initializer.Add(Integers("shape", -1, 24));
            graph.Node.Add(Node("MatMul", "matmul", ["f", "m"], "mm"));
            graph.Initializer.Add(Floats("m", [24, 6]));
            graph.Node.Add(Node("Add", "fc", ["mm", "fb"], "fc"));
            graph.Initializer.Add(Floats("fb", [6]));
            graph.Node.Add(Node("Softmax", "softmax", ["fc"], "y"));
            graph.Initializer.Add([Scalar("zero", 0), Scalar("three", 3), Scalar("six", 6)]);
        }, [1, 7, 8, 3], output: "y");
        AgreesWithOnnxRuntime(file, isLast: true, "fc");
    }

    [Fact]
    public void Shapes_that_are_computed_and_reductions_become_layers()
    {
        var file = Foreign(graph =>
        {
            graph.Node.Add(Node("Sub", "centre", ["x", "mean"], "x1"));
            graph.Initializer.Add(Floats("mean", [3, 1, 1]));
            graph.Node.Add(Node("Div", "divide", ["x1", "half"], "x2"));
            graph.Node.Add(Node("Conv", "conv", ["x2", "layer.weight", "layer.bias"], "c", List("pads", 1, 0, 2, 1)));
            graph.Initializer.Add([Floats("layer.weight", [6, 3, 3, 3]), Floats("layer.bias", [6])]);
            graph.Node.Add(Node("Div", "g1", ["c", "root"], "g1"));
            graph.Node.Add(Node("Erf", "g2", ["g1"], "g2"));
            graph.Node.Add(Node("Add", "g3", ["g2", "one"], "g3"));
            graph.Node.Add(Node("Mul", "g4", ["c", "g3"], "g4"));
            graph.Node.Add(Node("Mul", "g5", ["g4", "half"], "g5"));
            graph.Node.Add(Node("MaxPool", "pool", ["g5"], "p", List("kernel_shape", 3, 2), List("strides", 2, 2), Integer("ceil_mode", 1)));
            graph.Node.Add(Node("Sigmoid", "s", ["p"], "s"));
            graph.Node.Add(Node("Mul", "silu", ["p", "s"], "m"));
            graph.Node.Add(Node("ReduceMean", "mean2", ["m"], "z", List("axes", 2, 3), Integer("keepdims", 1)));
            graph.Node.Add(Node("Conv", "gate", ["z", "gw"], "q"));
            graph.Initializer.Add(Floats("gw", [6, 6, 1, 1]));
            graph.Node.Add(Node("HardSigmoid", "hs", ["q"], "hs", Float("alpha", 1 / 6f), Float("beta", 0.5f)));
            graph.Node.Add(Node("Mul", "se", ["hs", "m"], "se"));
            graph.Node.Add(Node("Concat", "cat", ["se", "m"], "cat", Integer("axis", 1)));
            graph.Node.Add(Node("Shape", "shape", ["cat"], "sh"));
            graph.Node.Add(Node("Slice", "part", ["sh", "i0v", "i3v"], "part"));
            graph.Node.Add(Node("Gather", "first", ["part", "i0"], "n"));
            graph.Node.Add(Node("Unsqueeze", "un", ["n", "i0v"], "nv"));
            graph.Node.Add(Node("Concat", "target", ["nv", "minus"], "target", Integer("axis", 0)));
            graph.Node.Add(Node("Reshape", "view", ["cat", "target"], "v"));
            graph.Node.Add(Node("Transpose", "turned", ["fc.weight"], "turned"));
            graph.Node.Add(Node("Gemm", "fc", ["v", "turned", "fc.bias"], "y"));
            graph.Initializer.Add([Floats("fc.weight", [4, 12 * 9]), Floats("fc.bias", [4])]);
            graph.Initializer.Add([Scalar("half", 0.5f), Scalar("root", 1.4142135f), Scalar("one", 1)]);
            graph.Initializer.Add([Integers("minus", -1), Integers("i0v", 0), Integers("i3v", 3)]);
            graph.Initializer.Add([new OnnxWire.Tensor { Name = "i0", DataType = 7, Int64Data = { 0 } }]);
        }, [1, 3, 6, 7], output: "y");
        AgreesWithOnnxRuntime(file, isLast: false, "y");
    }

    private void AgreesWithOnnxRuntime(byte[] file, bool isLast, string logits)
    {
        var written = OnnxWire.Model.Parser.ParseFrom(file);
        written.Graph.Output[0].Name = logits;
        using var session = new InferenceSession(written.ToByteArray());
        var dims = session.InputMetadata["x"].Dimensions;
        var classes = OnnxImport.ToModel(file, "here", new([0, 0, 0], [1, 1, 1], [.. "abcdefghijkl"[..Outputs(written)].Select(letter => $"{letter}")]));
        var (shape, preprocessing) = (classes.Shape, classes.Preprocessing);
        var numbers = Rng.For(5, RngPurpose.Analysis);
        float[] pixels = [.. Enumerable.Range(0, shape.Length).Select(i => (float)numbers.Uniform(i, 0, 1))];
        using var device = Device.Cpu(1);
        using var network = classes.Compile(device, new CompileOptions { BatchSize = 1, Training = false, Strict = true });
        network.Forward([.. pixels.Select((value, i) => (float)((value - preprocessing.Mean[i % 3]) / preprocessing.StandardDeviation[i % 3]))], 1);
        float[] theirs = isLast ? pixels : [.. Enumerable.Range(0, shape.Length).Select(i => pixels[i % shape.Pixels * 3 + i / shape.Pixels])];
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(theirs, dims))]);
        var expected = results[0].AsEnumerable<float>().ToArray();
        output.WriteLine(string.Join(' ', expected));
        Assert.All(expected.Zip(network.Logits.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
    }

    private static int Outputs(OnnxWire.Model model) => (int)model.Graph.Initializer.Last(tensor => tensor.Name is "fb" or "fc.bias").Dims[0];

    private static void ReturnsAsItWas(TrainedModel model)
    {
        var file = OnnxWriter.ToBytes(model, new OnnxOptions());
        var imported = OnnxImport.ToModel(file, model.Description.Name, new());
        Assert.Equal(model.Classes, imported.Classes);
        Assert.Equal(model.Preprocessing.Mean, imported.Preprocessing.Mean);
        Assert.Equal(model.Weights.Select(Text).Order(), imported.Weights.Select(Text).Order());
        var samples = RandomNetworks.Images(model, 4);
        using NetworkClassifier own = new(model, 2), theirs = new(imported, 2);
        var rows = Enumerable.Range(0, 4).Select(_ => new float[samples.Count * model.Classes.Count]).ToArray();
        byte[] bytes = [.. Enumerable.Range(0, samples.Count).SelectMany(i => samples.Image(i).ToArray())];
        own.Run(bytes, samples.Count, rows[0], rows[1]);
        theirs.Run(bytes, samples.Count, rows[2], rows[3]);
        Assert.Equal(rows[0].Select(BitConverter.SingleToInt32Bits), rows[2].Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(file, OnnxWriter.ToBytes(imported.With(model.Metadata.Release!), new OnnxOptions()));
    }

    private static string Text(NamedTensor tensor) => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}] "
        + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Values)));

    private static byte[] Foreign(Action<OnnxWire.Graph> build, long[] input, string output)
    {
        OnnxWire.Value Value(string name, IEnumerable<long> dims) => new()
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = 1, Shape = new() { Dim = { dims.Select(size => new OnnxWire.Dimension { DimValue = size }) } } } },
        };
        var graph = new OnnxWire.Graph { Name = "foreign", Input = { Value("x", input) } };
        graph.Output.Add(new OnnxWire.Value { Name = output, Type = new() { TensorType = new() { ElemType = 1 } } });
        build(graph);
        return new OnnxWire.Model { IrVersion = 7, Graph = graph, OpsetImport = { new OnnxWire.OperatorSet { Version = 13 } } }.ToByteArray();
    }

    private static OnnxWire.Node Node(string kind, string name, string[] inputs, string output, params OnnxWire.Attribute[] attributes) =>
        new() { OpType = kind, Name = name, Input = { inputs }, Output = { output }, Attribute = { attributes } };

    private static OnnxWire.Attribute Integer(string name, long value) => OnnxGraphBuilder.Integer(name, value);

    private static OnnxWire.Attribute List(string name, params long[] values) => OnnxGraphBuilder.List(name, values);

    private static OnnxWire.Attribute Float(string name, float value) => OnnxGraphBuilder.Number(name, value);

    private static OnnxWire.Attribute Text(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = 3 };

    private static OnnxWire.Tensor Scalar(string name, float value) => new() { Name = name, DataType = 1, FloatData = { value } };

    private static OnnxWire.Tensor Integers(string name, params long[] values) =>
        new() { Name = name, DataType = 7, Dims = { values.Length }, Int64Data = { values } };

    private static OnnxWire.Tensor Floats(string name, long[] dims)
    {
        var numbers = Rng.For(name.Sum(letter => letter), RngPurpose.Analysis);
        var count = (int)dims.Aggregate(1L, (product, size) => product * size);
        return new OnnxWire.Tensor
        {
            Name = name, DataType = 1, Dims = { dims }, FloatData = { Enumerable.Range(0, count).Select(i => (float)numbers.Uniform(i, -0.4, 0.5)) },
        };
    }
}
