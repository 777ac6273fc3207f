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
