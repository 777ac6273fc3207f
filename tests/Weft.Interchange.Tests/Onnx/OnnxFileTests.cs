using Google.Protobuf;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

public class OnnxFileTests
{
    [Fact]
    public void Floats_come_as_bytes_or_as_numbers_and_halves_are_widened()
    {
        var file = WeightsFile.Onnx(Model(
            new OnnxWire.Tensor { Name = "bytes", DataType = 1, Dims = { 2 }, RawData = ByteString.CopyFrom(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0) },
            new OnnxWire.Tensor { Name = "numbers", DataType = 1, Dims = { 1, 2 }, FloatData = { 3, 4 } },
            new OnnxWire.Tensor { Name = "half", DataType = 10, Dims = { 1 }, RawData = ByteString.CopyFrom(0, 0x3c) },
            new OnnxWire.Tensor { Name = "half numbers", DataType = 10, Dims = { 1 }, Int32Data = { 0xc000 } },
            new OnnxWire.Tensor { Name = "bfloat", DataType = 16, Dims = { }, Int32Data = { 0x3f80 } },
            new OnnxWire.Tensor { Name = "count", DataType = 7, Dims = { 1 }, RawData = ByteString.CopyFrom(new byte[8]) }), "here");
        Assert.Equal(["count"], file.Others);
        Assert.Equal<(string, string, string)[]>(
            [("bytes", "2", "1 -2"), ("numbers", "1 2", "3 4"), ("half", "1", "1"), ("half numbers", "1", "-2"), ("bfloat", "", "1")],
            [.. file.Tensors.Select(tensor => (tensor.Name, string.Join(' ', tensor.Shape), string.Join(' ', tensor.Values.ToArray())))]);
        Assert.Equal(("Conv", "test"), (file.Nodes[0].Kind, file.Producer));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-1, -4)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1L << 32, 1L << 32)]
    [InlineData(3, 0)]
    public void A_shape_that_lies_is_refused(long height, long width) => Refuses(
        new OnnxWire.Tensor { Name = "x", DataType = 1, Dims = { height, width }, RawData = ByteString.CopyFrom(new byte[12]) }, "x [");

    [Fact]
    public void Values_elsewhere_cut_values_and_names_that_are_used_twice_are_refused()
    {
        Refuses(new OnnxWire.Tensor { Name = "x", DataType = 1, Dims = { 1 }, DataLocation = 1 }, "another file");
        Refuses(new OnnxWire.Tensor { Name = "x", DataType = 1, Dims = { 1 }, RawData = ByteString.CopyFrom(1, 2, 3) }, "a cut value");
        Refuses(new OnnxWire.Tensor { Name = "x", DataType = 10, Dims = { 1 }, RawData = ByteString.CopyFrom(1, 2, 3) }, "a cut value");
        var twice = new OnnxWire.Tensor { Name = "x", DataType = 1, Dims = { 1 }, FloatData = { 1 } };
        Assert.Contains("two tensors", Assert.Throws<WeftException>(() => WeightsFile.Onnx(Model(twice, twice), "here")).Found);
    }

    [Fact]
    public void What_is_no_graph_is_refused_and_each_cut_file_too()
    {
        Assert.Throws<WeftException>(() => WeightsFile.Onnx("<!DOCTYPE html><html>"u8.ToArray(), "here"));
        Assert.Throws<WeftException>(() => WeightsFile.Read(Array.Empty<byte>(), "here"));
        var whole = Model(new OnnxWire.Tensor { Name = "x", DataType = 1, Dims = { 3 }, FloatData = { 1, 2, 3 } });
        for (var length = 1; length < whole.Length; length++)
        {
            try
            {
                WeightsFile.Onnx(whole.AsMemory(0, length), "here");
            }
            catch (WeftException refused)
            {
                Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
            }
        }
    }

    [Fact]
    public void A_file_of_millions_of_parts_is_refused_before_they_become_objects()
    {
        // A graph of empty operations: two bytes each.
        const int Parts = 3_000_000;
        using var file = new MemoryStream();
        using (var output = new CodedOutputStream(file, leaveOpen: true))
        {
            output.WriteTag(7, WireFormat.WireType.LengthDelimited);
            output.WriteLength(2 * Parts);
            for (var i = 0; i < Parts; i++)
                output.WriteRawTag(1 << 3 | 2, 0);
        }

        var bytes = file.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("millions of parts", Assert.Throws<WeftException>(() => WeightsFile.Onnx(bytes, "here")).Found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Refuses(OnnxWire.Tensor tensor, string found)
    {
        var refused = Assert.Throws<WeftException>(() => WeightsFile.Onnx(Model(tensor), "here"));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Contains(found, refused.Found);
    }

    internal static byte[] Model(params OnnxWire.Tensor[] tensors) => new OnnxWire.Model
    {
        ProducerName = "test",
        Graph = new OnnxWire.Graph { Node = { new OnnxWire.Node { OpType = "Conv", Input = { "in", "x" }, Output = { "out" } } }, Initializer = { tensors } },
    }.ToByteArray();
}
