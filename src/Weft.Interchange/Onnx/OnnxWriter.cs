using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Weft.Training;
using static Weft.Interchange.OnnxGraphBuilder;

namespace Weft.Interchange;

/// <summary>Writes a classifier as an ONNX file: bytes of pictures in, logits, probabilities and class out. The same model gives the same bytes.</summary>
internal static class OnnxWriter
{
    public const string Producer = "weft";
    public const string Input = "image";
    public const string Logits = "logits";
    public const string Probabilities = "probabilities";
    public const string Class = "class";
    public const string ClassesKey = "weft.classes";
    public const string PreprocessingKey = "weft.preprocessing";
    public const string ConfigurationKey = "weft.configuration";
    public const string FingerprintKey = "weft.data_fingerprint";
    public const string ReleaseKey = "weft.release";
    private const string Batch = "batch";

    // Read by every runtime since 2022; a newer stamp than needed is a common way not to load.
    private const int Opset = 17;
    private const int IntermediateVersion = 8;

    // A message of protobuf ends at 2 GiB; what is no weight is far below the rest.
    private const long MostWeightBytes = 2_000_000_000;

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a layer of one's own, or weights that no file of the format holds.</exception>
    public static byte[] ToBytes(TrainedModel model, OnnxOptions options)
    {
        RequireRoom(model);
        var weights = model.Weights.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var nodes = model.Description.Nodes();
        if (options.Fold)
            nodes = NormFolding.Fold(nodes, weights);
        var graph = new OnnxGraphBuilder([Input, Logits, Probabilities, Class, .. nodes.SelectMany(node => node.Tensors).Select(tensor => tensor.Name)]);
        var layers = new OnnxLayers(graph, weights);
        var input = new OnnxValue(Normalized(graph, model, options.Preprocessing), true, model.Shape);
        var values = new List<OnnxValue>();
        foreach (var node in nodes)
            values.Add(layers.Add(node, [.. node.Inputs.Select(number => number < 0 ? input : values[number])]));
        var logits = layers.Flat(values[^1]);
        if (MapAtEnd(nodes) is { } map)
            logits = layers.ChannelsLast(logits, map);
        graph.Rename(logits.Name, Logits);
        Classify(graph, model);
        graph.Graph.Name = model.Description.Name;
        graph.Graph.Input.Add(Images(model));
        graph.Graph.Output.Add(Value(Logits, OnnxFile.Float, Dimension(Batch), Dimension(model.Classes.Count)));
        graph.Graph.Output.Add(Value(Probabilities, OnnxFile.Float, Dimension(Batch), Dimension(model.Classes.Count)));
        graph.Graph.Output.Add(Value(Class, OnnxFile.Int64, Dimension(Batch)));
        return new OnnxWire.Model
        {
            IrVersion = IntermediateVersion, ProducerName = Producer, Domain = Producer, ModelVersion = 1,
            ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3),
            DocString = $"Feed {Input}: bytes 0 to 255 of [batch, {model.Shape.Channels}, {model.Shape.Height}, {model.Shape.Width}], "
                + (model.Shape.Channels == 3 ? "red, green, blue; " : "") + "they are normalized inside.",
            Graph = graph.Graph,
            OpsetImport = { new OnnxWire.OperatorSet { Version = Opset } },
            MetadataProps = { Properties(model).Select(pair => new OnnxWire.Property { Key = pair.Key, Value = pair.Value }) },
        }.ToByteArray();
    }

    private static string Normalized(OnnxGraphBuilder graph, TrainedModel model, OnnxPreprocessing preprocessing)
    {
        const string Place = "preprocessing/";
        var channels = model.Shape.Channels;
        if (preprocessing == OnnxPreprocessing.Arithmetic)
        {
            var share = graph.Add("Div", Place + "share", [graph.Add("Cast", Place + "float", Input, Integer("to", OnnxFile.Float)), graph.Scalar(255)]);
            var centred = graph.Add("Sub", Place + "centred", [share, PerChannel("mean", model.Preprocessing.Mean)]);
            return graph.Add("Div", Place + "normalized", [centred, PerChannel("deviation", model.Preprocessing.StandardDeviation)]);
        }

        var place = graph.Add("Cast", Place + "number", Input, Integer("to", OnnxFile.Int32));
        if (channels > 1)
        {
            int[] starts = [.. Enumerable.Range(0, channels).Select(channel => 256 * channel)];
            place = graph.Add("Add", Place + "entry", [place, graph.Integers(Place + "starts", starts, 1, channels, 1, 1)]);
        }

        var table = graph.Floats(Place + "table", model.Statistics.CreateTable(), 256 * channels);
        return graph.Add("Gather", Place + "normalized", [table, place], Integer("axis", 0));

        string PerChannel(string name, IReadOnlyList<double> values) =>
            graph.Floats(Place + name, [.. values.Select(value => (float)value)], 1, channels, 1, 1);
    }

    private static void Classify(OnnxGraphBuilder graph, TrainedModel model)
    {
        graph.Graph.Node.Add(new OnnxWire.Node
        {
            OpType = "Softmax", Name = Probabilities, Input = { Logits }, Output = { Probabilities }, Attribute = { Integer("axis", 1) },
        });
        graph.Graph.Node.Add(new OnnxWire.Node
        {
            OpType = "ArgMax", Name = Class, Input = { Logits }, Output = { Class }, Attribute = { Integer("axis", 1), Integer("keepdims", 0) },
        });
    }

    // The map whose places the logits lie in the order of, which only a network does that ends in a flattened one.
    private static FeatureShape? MapAtEnd(IReadOnlyList<NetworkNode> nodes)
    {
        var last = nodes[^1];
        while (last is { Layer: ReLU or Activation or Dropout or SpatialDropout, Inputs: [>= 0 and var before] })
            last = nodes[before];
        return last is { Layer: Flatten, Input: { Pixels: > 1, Channels: > 1 } map } ? map : null;
    }

    private static OnnxWire.Value Images(TrainedModel model)
    {
        var (shape, images) = (model.Shape, Value(Input, OnnxFile.Byte, Dimension(Batch, "DATA_BATCH"), Dimension(model.Shape.Channels, "DATA_CHANNEL"),
            Dimension(model.Shape.Height, "DATA_FEATURE"), Dimension(model.Shape.Width, "DATA_FEATURE")));
        images.Type.Denotation = "IMAGE";
        images.DocString = $"{shape.Height} × {shape.Width} pixels, row after row, one channel after the other";
        return images;
    }

    private static OnnxWire.Value Value(string name, int type, params OnnxWire.Dimension[] shape) => new()
    {
        Name = name, Type = new OnnxWire.ValueType { TensorType = new OnnxWire.TensorType { ElemType = type, Shape = new() { Dim = { shape } } } },
    };

    private static OnnxWire.Dimension Dimension(string name, string denotation = "") => new() { DimParam = name, Denotation = denotation };

    private static OnnxWire.Dimension Dimension(int size, string denotation = "") => new() { DimValue = size, Denotation = denotation };

    // For programs, with all that a model's file of Weft's says; for people, the same in short; and the keys that others know.
    private static IEnumerable<KeyValuePair<string, string>> Properties(TrainedModel model)
    {
        var names = model.Classes.Select((name, i) => $"{i.ToString(CultureInfo.InvariantCulture)}: '{Quoted(name)}'");
        var properties = new Dictionary<string, string>
        {
            [ClassesKey] = JsonSerializer.Serialize([.. model.Classes], CheckpointJson.Default.ListString),
            [PreprocessingKey] = JsonSerializer.Serialize(model.Preprocessing, CheckpointJson.Default.Preprocessing),
            [ConfigurationKey] = JsonSerializer.Serialize(
                model.Metadata.Configuration.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(),
                CheckpointJson.Default.DictionaryStringString),
            [FingerprintKey] = model.Metadata.DataFingerprint,
            ["names"] = $"{{{string.Join(", ", names)}}}",
            ["Image.BitmapPixelFormat"] = model.Shape.Channels == 1 ? "Gray8" : "Rgb8",
            ["Image.ColorSpaceGamma"] = "SRGB",
            ["Image.NominalPixelRange"] = "NominalRange_0_255",
        };
        if (model.Metadata.Release is { } release)
        {
            properties[ReleaseKey] = JsonSerializer.Serialize(release, CheckpointJson.Default.ModelRelease);
            properties["weft.run"] = release.Source;
            properties["weft.checkpoint_sha256"] = release.SourceSha256;
            if (release.Licence is { } licence)
                properties["license"] = licence;
            if (release.Validation is { } validation)
            {
                properties["weft.validation"] = string.Create(CultureInfo.InvariantCulture, $"accuracy {validation.Accuracy:f4} "
                    + $"(95 %: {validation.Interval.Low:f4} to {validation.Interval.High:f4}) on {validation.Images} images; "
                    + $"dividing the logits by {validation.Temperature:f4} calibrates the probabilities");
            }
        }

        return properties.OrderBy(pair => pair.Key, StringComparer.Ordinal);
    }

    // As Python writes a text.
    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);

    private static void RequireRoom(TrainedModel model)
    {
        var bytes = model.Weights.Sum(tensor => (long)tensor.Values.Length) * sizeof(float);
        if (bytes > MostWeightBytes)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the weights are too large for an ONNX file")
            {
                Expected = $"at most {MostWeightBytes:N0} bytes of weights", Found = $"{bytes:N0}", Safe = "nothing was written",
                Next = new Advice("export the network as safetensors"),
            };
        }
    }
}
