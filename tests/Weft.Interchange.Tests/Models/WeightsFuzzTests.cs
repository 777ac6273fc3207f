using Google.Protobuf;
using Weft.Training;
using Weft.Training.Tests;

namespace Weft.Interchange.Tests.Models;

/// <summary>Every reader of another program's file, against files that are wrong in some way: it gives tensors or one of our errors, nothing else.</summary>
public class WeightsFuzzTests
{
    [Fact]
    public void Onnx_files() => Mutations(OnnxFileTests.Model(
        new OnnxWire.Tensor { Name = "bytes", DataType = 1, Dims = { 2, 3 }, RawData = ByteString.CopyFrom(new byte[24]) },
        new OnnxWire.Tensor { Name = "half", DataType = 10, Dims = { 2 }, Int32Data = { 1, 2 } },
        new OnnxWire.Tensor { Name = "numbers", DataType = 1, Dims = { 2 }, FloatData = { 1, 2 } }));

    [Fact]
    public void PyTorch_files() => Mutations(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pytorch.pth")));

    // The zip is whole: what is in it is not.
    [Fact]
    public void Pickles()
    {
        using var zip = new System.IO.Compression.ZipArchive(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pytorch.pth")));
        using var entry = zip.GetEntry("pytorch/data.pkl")!.Open();
        using var memory = new MemoryStream();
        entry.CopyTo(memory);
        Mutations(memory.ToArray(), bytes => new PickleMachine(bytes, "here").Run());
    }

    [Fact]
    public void Safetensors_files()
    {
        byte[] memory = [];
        Mutations(SafetensorsWriter.Encode(
            [new("a", [2, 3], values => values.Fill(1)), new("b.weight", [4], values => values.Fill(2))], [new("format", "pt")], ref memory).ToArray());
    }

    [Fact]
    public void Graphs_that_hang_together_in_no_way()
    {
        var nodes = OnnxFile.Read(ResNetFile.Graph(ResNetFile.Tensors("resnet18"), [2, 2, 2, 2], "test").ToByteArray(), "here").Nodes;
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

    private static void Mutations(byte[] right, Action<byte[]>? read = null)
    {
        read ??= bytes => WeightsFile.Read(bytes, "here");
        read(right);
        for (var seed = 1; seed <= 3_000; seed++)
        {
            try
            {
                read(new InputMutator(seed).Mutate(right));
            }
            catch (WeftException refused)
            {
                Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
        }
    }
}
