using System.Buffers.Binary;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The tensors of a file that another program wrote, as the file calls them.</summary>
/// <param name="Format">"ONNX", "PyTorch" or "safetensors".</param>
/// <param name="Tensors">All that hold 16- or 32-bit floats.</param>
/// <param name="Others">The names of those that hold something else.</param>
internal sealed record WeightsFile(string Format, IReadOnlyList<NamedTensor> Tensors, IReadOnlyList<string> Others)
{
    /// <summary>The operations in order; empty for formats that hold tensors alone.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; init; } = [];

    /// <summary>The program that wrote it, as it says itself.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Reads whichever of the formats the bytes are.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: they are none of them, or damaged.</exception>
    public static WeightsFile Read(ReadOnlyMemory<byte> file, string where)
    {
        if (file.Span.StartsWith("PK\x03\x04"u8))
            return PyTorchFile.Read(file, where);
        if (file.Length > 8 && file.Span[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(file.Span) <= (ulong)file.Length)
            return Safetensors(file, where);
        return Onnx(file, where);
    }

    internal static WeightsFile Onnx(ReadOnlyMemory<byte> file, string where)
    {
        var model = OnnxFile.Read(file, where);
        var isFloat = model.Graph.Initializer.ToLookup(OnnxFile.IsFloat);
        return new WeightsFile(
            OnnxFile.Format, [.. isFloat[true].Select(tensor => OnnxFile.ToTensor(tensor, where))], [.. isFloat[false].Select(tensor => tensor.Name)])
        {
            Nodes = [.. model.Graph.Node.Select(node => new OnnxNode(node.OpType, [.. node.Input], [.. node.Output]))],
            Producer = model.ProducerName,
        };
    }

    private static WeightsFile Safetensors(ReadOnlyMemory<byte> bytes, string where)
    {
        const string Format = "safetensors";
        try
        {
            var file = SafetensorsReader.Read(bytes);
            var isFloat = file.Entries.ToLookup(entry => entry.Type is TensorType.F32 or TensorType.F16 or TensorType.BF16);
            return new WeightsFile(Format, [.. isFloat[true].Select(file.ReadFloats)], [.. isFloat[false].Select(entry => entry.Name)]);
        }
        catch (SafetensorsException damage)
        {
            throw ForeignFile.Damaged(Format, where, damage.Message, damage);
        }
    }
}
