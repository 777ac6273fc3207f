using System.IO.Compression;
using Google.Protobuf;
using Weft.Tests.Shared;
using Weft.Training;

namespace Weft.Interchange.Tests.Models;

/// <summary>
/// Every reader of another program's file, against files that are wrong in some way: it gives tensors or one of our errors, nothing else. The long form:
/// <c>dotnet run eng/fuzz.cs -- readers</c>.
/// </summary>
[Trait("Fuzz", "reader")]
public class WeightsFuzzTests
{
    private static readonly Fuzzer Fuzzer = new(failure => failure is WeftException { Kind: ErrorKind.InvalidInput } refused ? refused.Kind.ToString() : null);

    private static byte[] PyTorch => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pytorch.pth"));

    [Fact]
    public void Onnx_files() => Read(new("onnx", Onnx.OnnxFileTests.Model(
        new OnnxWire.Tensor { Name = "bytes", DataType = 1, Dims = { 2, 3 }, RawData = ByteString.CopyFrom(new byte[24]) },
        new OnnxWire.Tensor { Name = "half", DataType = 10, Dims = { 2 }, Int32Data = { 1, 2 } },
        new OnnxWire.Tensor { Name = "numbers", DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } })));

    // Whole networks: what comes out can be compiled, or the file is refused.
    [Fact]
    public void Onnx_networks() => Read(new("onnx-network", [.. Enumerable.Range(0, 6).Select(seed => OnnxWriter.ToBytes(
        Onnx.RandomNetworks.Model(seed), new OnnxOptions { Fold = seed % 2 == 1, Preprocessing = (OnnxPreprocessing)(seed / 3) }))]), bytes =>
        OnnxImport.ToModel(bytes, "here", new OnnxImportChoices()).Description.InferOutput());

    // The messages are whole: what they say is not.
    [Fact]
    public void Onnx_networks_of_other_operations()
    {
        var right = Enumerable.Range(0, 8).Select(seed => OnnxWire.Model.Parser.ParseFrom(
            OnnxWriter.ToBytes(Onnx.RandomNetworks.Model(seed), new OnnxOptions()))).ToArray();
        for (var seed = 1; seed <= 1500; seed++)
        {
            var random = new Random(seed);
            var model = right[seed % right.Length].Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                Change(model.Graph, random);
            try
            {
                OnnxImport.ToModel(model.ToByteArray(), "here", new OnnxImportChoices()).Description.InferOutput();
            }
            catch (WeftException refused)
            {
                Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
            }
        }
    }

    private static void Change(OnnxWire.Graph graph, Random random)
    {
        var node = graph.Node[random.Next(graph.Node.Count)];
        var other = graph.Node[random.Next(graph.Node.Count)];
        long[] numbers = [0, -1, 1, 2, 7, int.MaxValue, long.MaxValue, long.MinValue];
        switch (random.Next(8))
        {
            case 0:
                node.OpType = other.OpType;
                break;
            case 1 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = random.Next(3) == 0 ? "" : other.Output[0];
                break;
            case 2 when node.Attribute.Count > 0:
                var attribute = node.Attribute[random.Next(node.Attribute.Count)];
                if (attribute.Ints.Count > 0)
                    attribute.Ints[random.Next(attribute.Ints.Count)] = numbers[random.Next(numbers.Length)];
                else
                    (attribute.I, attribute.F) = (numbers[random.Next(numbers.Length)], random.Next(2) == 0 ? float.NaN : -1e30f);
                break;
            case 3 when node.Attribute.Count > 0:
                node.Attribute.RemoveAt(random.Next(node.Attribute.Count));
                break;
            case 4:
                var tensor = graph.Initializer[random.Next(graph.Initializer.Count)];
                if (tensor.Dims.Count > 0)
                    tensor.Dims[random.Next(tensor.Dims.Count)] = numbers[random.Next(numbers.Length)];
                break;
            case 5:
                node.Input.Add(other.Output[0]);
                break;
            case 6:
                graph.Node.Remove(node);
                break;
            default:
                graph.Input[0].Type.TensorType.Shape.Dim[random.Next(4)].DimValue = numbers[random.Next(numbers.Length)];
                break;
        }
    }

    [Fact]
    public void PyTorch_files() => Read(new("pytorch", PyTorch) { Pieces = Containers.ZipHeaders, Repair = Containers.WithZipChecksums });

    // The zip is whole: what is in it is not.
    [Fact]
    public void Pickles()
    {
        using var zip = new ZipArchive(new MemoryStream(PyTorch));
        using var entry = zip.GetEntry("pytorch/data.pkl")!.Open();
        using var memory = new MemoryStream();
        entry.CopyTo(memory);
        Read(new("pickle", memory.ToArray()), bytes => new PickleMachine(bytes, "here").Run());
        Read(new("pickle-in-pytorch", memory.ToArray()) { Wrap = WithPickle });
    }

    [Fact]
    public void Safetensors_files()
    {
        byte[] memory = [];
        Read(new("safetensors", SafetensorsWriter.Encode(
            [new("a", [2, 3], values => values.Fill(1)), new("b.weight", [4], values => values.Fill(2))], [new("format", "pt")], ref memory).ToArray()));
    }

    [Fact]
    public void Graphs_that_hang_together_in_no_way()
    {
        var nodes = WeightsFile.Onnx(ResNetFile.Graph(ResNetFile.Tensors("resnet18"), [2, 2, 2, 2], "test").ToByteArray(), "here").Nodes;
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            // Outputs and inputs that are others': circles, operations without inputs, two makers of one value.
            var values = nodes.SelectMany(node => node.Inputs.Concat(node.Outputs)).ToArray();
            ResNetGraph.NamesOf([.. nodes.Select(node => random.Next(8) > 0 ? node : new OnnxNode(
                nodes[random.Next(nodes.Count)].Kind, [.. node.Inputs.Take(random.Next(4)).Select(_ => values[random.Next(values.Length)])],
                [values[random.Next(values.Length)]]))]);
        }
    }

    private static void Read(FuzzedFormat format, Action<byte[]>? read = null) =>
        Fuzzer.Read(format with { Usual = 3_000 }, read ?? (bytes => WeightsFile.Read(bytes, "here")));

    // The file with another pickle: its tensors refer to storages that are there.
    private static byte[] WithPickle(byte[] pickle)
    {
        using var file = new MemoryStream();
        using (var old = new ZipArchive(new MemoryStream(PyTorch)))
        using (var made = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in old.Entries)
            {
                using var from = entry.FullName.EndsWith("data.pkl", StringComparison.Ordinal) ? new MemoryStream(pickle) : entry.Open();
                using var to = made.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                from.CopyTo(to);
            }
        }

        return file.ToArray();
    }
}
