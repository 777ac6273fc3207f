using System.Buffers.Binary;
using System.Text;

namespace Weft.Tests;

public class SafetensorsTests
{
    [Fact]
    public void What_is_written_reads_back_bit_by_bit()
    {
        NamedTensor[] tensors =
        [
            new("a", [2, 3], [1, -0f, float.Epsilon, float.MaxValue, float.NaN, float.PositiveInfinity]),
            new("empty", [0, 4], []),
            new("scalar", [], [42]),
            new("quote\"\\\n é", [1], [7]),
        ];
        KeyValuePair<string, string>[] metadata = [new("first", "1"), new("second", "{\"x\":\"y\"}")];

        var file = SafetensorsReader.Read(Bytes(tensors, metadata));

        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Length, file.Entries.Length);
        foreach (var tensor in tensors)
        {
            var read = file.ReadFloats(file.Find(tensor.Name)!);
            Assert.Equal(tensor.Shape, read.Shape);
            Assert.Equal(tensor.Values.ToArray().Select(BitConverter.SingleToInt32Bits), read.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void The_header_is_padded_so_that_values_are_aligned()
    {
        for (var length = 1; length < 20; length++)
        {
            var bytes = Bytes([new(new string('n', length), [1], [1])], []);
            Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
        }
    }

    [Fact]
    public void Half_precision_is_widened()
    {
        var half = new byte[2];
        BinaryPrimitives.WriteHalfLittleEndian(half, (Half)1.5f);
        byte[] brain = [0xC0, 0x3F]; // 1.5
        var file = SafetensorsReader.Read(Raw(
            """{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}}""", [.. half, .. brain]));

        Assert.Equal(1.5f, file.ReadFloats(file.Find("h")!).Values[0]);
        Assert.Equal(1.5f, file.ReadFloats(file.Find("b")!).Values[0]);
    }

    [Fact]
    public void Other_types_are_listed_but_not_read_as_floats()
    {
        var file = SafetensorsReader.Read(Raw("""{"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", new byte[8]));

        Assert.Equal(TensorType.I64, file.Entries[0].Type);
        Assert.Throws<SafetensorsException>(() => file.ReadFloats(file.Entries[0]));
    }

    [Theory]
    [InlineData("a gap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5)]
    [InlineData("an overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3)]
    [InlineData("a rest", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3)]
    [InlineData("too few values", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 1)]
    [InlineData("the same range twice", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2)]
    [InlineData("a name twice", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2)]
    [InlineData(
        "a name twice, once escaped", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2)]
    [InlineData("a key twice", """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("metadata twice", """{"__metadata__":{"a":"1"},"__metadata__":{"a":"1"}}""", 0)]
    [InlineData("a metadata key twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0)]
    [InlineData("metadata that is no text", """{"__metadata__":{"a":1}}""", 0)]
    [InlineData("a product beyond 64 bits", """{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a product that wraps to the right size", """{"a":{"dtype":"F32","shape":[65536,65536,1073741825],"data_offsets":[0,4]}}""", 4)]
    [InlineData("a negative size", """{"a":{"dtype":"U8","shape":[-1,-2],"data_offsets":[0,2]}}""", 2)]
    [InlineData("a size that is no whole number", """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1)]
    [InlineData("offsets backwards", """{"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}}""", 1)]
    [InlineData("offsets below zero", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}""", 0)]
    [InlineData("three offsets", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1)]
    [InlineData("nine dimensions", """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("an unknown type", """{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("a type that is a number", """{"a":{"dtype":4,"shape":[1],"data_offsets":[0,1]}}""", 1)]
    [InlineData("another key", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"path":"/etc/passwd"}}""", 1)]
    [InlineData("a missing key", """{"a":{"dtype":"U8","shape":[1],"offsets":[0,1]}}""", 1)]
    [InlineData("a list in place of the header", """["a"]""", 0)]
    [InlineData("deep nesting", """{"a":[[[[[[[[]]]]]]]]}""", 0)]
    [InlineData("half a header", """{"a":{"dtype":"U8" """, 0)]
    [InlineData("an empty header", "", 0)]
    public void Malformed_files_are_refused(string what, string header, int valueBytes)
    {
        Assert.NotEmpty(what);
        Assert.Throws<SafetensorsException>(() => SafetensorsReader.Read(Raw(header, new byte[valueBytes])));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1_000UL)]
    [InlineData((8UL << 20) + 1)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 7)]
    public void A_header_length_that_cannot_be_is_refused_before_anything_is_allocated(ulong length)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<SafetensorsException>(() => SafetensorsReader.Read(bytes));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void More_tensors_than_any_network_has_are_refused()
    {
        var header = new StringBuilder("{");
        for (var i = 0; i <= SafetensorsReader.MaximumTensors; i++)
            header.Append(i == 0 ? "" : ",").Append($$"""
                "t{{i}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}
                """.Trim());

        var error = Assert.Throws<SafetensorsException>(() => SafetensorsReader.Read(Raw(header.Append('}').ToString(), [])));

        Assert.Contains("65536", error.Message);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = Bytes([new("a", [3], [1, 2, 3]), new("b", [1, 1], [4])], [new("k", "v")]);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<SafetensorsException>(() => SafetensorsReader.Read(bytes.AsMemory(0, length)));
        Assert.Throws<SafetensorsException>(() => SafetensorsReader.Read((byte[])[.. bytes, 0]));
    }

    [Fact]
    public void Changed_bytes_are_read_or_refused_and_nothing_else_happens()
    {
        var original = Bytes([new("conv1.weight", [2, 2], [1, 2, 3, 4]), new("conv1.bias", [1], [5])], [new("key", "value")]);
        var rng = new Rng(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var change = 0; change <= rng.Int(4 * i, 3); change++)
                bytes[rng.Int(4 * i + 1 + change, bytes.Length)] = (byte)rng.UInt64(-1 - 4 * i - change);
            try
            {
                var file = SafetensorsReader.Read(bytes);
                foreach (var entry in file.Entries.Where(entry => entry.Type == TensorType.F32))
                    Assert.Equal((entry.End - entry.Begin) / 4, file.ReadFloats(entry).Values.Length);
            }
            catch (SafetensorsException)
            {
                // the only exception a reader of strange bytes may throw
            }
        }
    }

    [Fact]
    public void A_stream_reads_like_its_bytes()
    {
        var bytes = Bytes([new("a", [1], [1])], []);
        Assert.Equal("a", SafetensorsReader.Read(new MemoryStream(bytes)).Entries[0].Name);
    }

    [Fact]
    public void Names_are_unique_when_written() =>
        Assert.Throws<ArgumentException>(() => Bytes([new("a", [1], [1]), new("a", [1], [1])], []));

    [Fact]
    public void The_same_input_gives_the_same_bytes() =>
        Assert.Equal(Bytes([new("a", [2], [1, 2])], [new("b", "c")]), Bytes([new("a", [2], [1, 2])], [new("b", "c")]));

    [Fact]
    public void Memory_is_used_again_as_long_as_the_file_fits_into_it()
    {
        byte[] memory = [];
        NamedTensor tensor = new("a", [2], [1, 2]);
        var first = SafetensorsWriter.Encode([tensor.ToSource()], [new("b", "c")], ref memory).ToArray();
        var used = memory;
        var second = SafetensorsWriter.Encode([tensor.ToSource()], [new("b", "cc")], ref memory);

        Assert.Same(used, memory);
        Assert.Equal(Bytes([tensor], [new("b", "c")]), first);
        Assert.Equal(Bytes([tensor], [new("b", "cc")]), second);
        SafetensorsWriter.Encode([new NamedTensor("a", [100_000], new float[100_000]).ToSource()], [], ref memory);
        Assert.NotSame(used, memory);
    }

    private static byte[] Bytes(IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        using var memory = new MemoryStream();
        SafetensorsWriter.Write(memory, [.. tensors.Select(tensor => tensor.ToSource())], metadata);
        return memory.ToArray();
    }

    private static byte[] Raw(string header, byte[] values)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + values.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        values.CopyTo(bytes, 8 + text.Length);
        return bytes;
    }
}
