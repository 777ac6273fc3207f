using System.Runtime.InteropServices;
using Google.Protobuf;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>An operation of an ONNX graph.</summary>
internal sealed record OnnxNode(string Kind, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>
/// Reads the tensors and the operations of an ONNX file. Values in files of their own are refused; no length is believed before it is checked.
/// </summary>
internal static class OnnxFile
{
    public const string Format = "ONNX";
    // Types of values, by the format's numbers.
    internal const int Float = 1;
    internal const int Byte = 2;
    internal const int Int32 = 6;
    internal const int Int64 = 7;
    private const int Float16 = 10;
    private const int BFloat16 = 16;

    /// <summary>The file as it is, with operations and without two tensors of one name.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it is none, or damaged.</exception>
    public static OnnxWire.Model Read(ReadOnlyMemory<byte> file, string where)
    {
        if (!OnnxMessages.AreFew(file.Span))
            throw ForeignFile.Damaged(Format, where, "millions of parts, where no network has a hundred thousand");
        OnnxWire.Model model;
        try
        {
            model = OnnxWire.Model.Parser.WithDiscardUnknownFields(true).ParseFrom(file.Span);
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this file holds no weights that can be read", damage)
            {
                Where = where, Expected = "a whole .onnx, .pth, .pt or .safetensors file", Found = damage.Message, Safe = "nothing was written",
            };
        }

        if (model.Graph is not { } graph || graph.Node.Count == 0)
            throw ForeignFile.Damaged(Format, where, "no graph");
        if (graph.Initializer.GroupBy(tensor => tensor.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw ForeignFile.Damaged(Format, where, $"two tensors called '{twice.Key}'");
        return model;
    }

    public static bool IsFloat(OnnxWire.Tensor tensor) => tensor.DataType is Float or Float16 or BFloat16;

    /// <summary>The values of a tensor of floats; those of 16 bits are widened.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: they lie elsewhere, or are not as many as its shape says.</exception>
    public static NamedTensor ToTensor(OnnxWire.Tensor tensor, string where)
    {
        if (tensor.DataLocation != 0)
            throw ForeignFile.Damaged(Format, where, $"{tensor.Name} lies in another file");
        float[] values;
        if (tensor.DataType == Float)
        {
            values = tensor.RawData.Length % sizeof(float) != 0 ? throw Misshapen("a cut value")
                : tensor.RawData.Length > 0 ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];
        }
        else
        {
            // As many bits in one or the other field: bytes, or a number for each.
            if (tensor.RawData.Length % sizeof(ushort) != 0)
                throw Misshapen("a cut value");
            ushort[] bits = tensor.RawData.Length > 0
                ? MemoryMarshal.Cast<byte, ushort>(tensor.RawData.Span).ToArray() : [.. tensor.Int32Data.Select(value => (ushort)value)];
            values = Array.ConvertAll(bits, value => tensor.DataType == Float16
                ? (float)BitConverter.UInt16BitsToHalf(value) : BitConverter.UInt32BitsToSingle((uint)value << 16));
        }

        return ForeignFile.Shape(tensor.Dims, values.Length) is { } shape
            ? new NamedTensor(tensor.Name, [.. shape], values) : throw Misshapen($"{values.Length} values");

        WeftException Misshapen(string found) => ForeignFile.Damaged(Format, where, $"{tensor.Name} [{string.Join(", ", tensor.Dims)}] has {found}");
    }

    /// <summary>The values of a tensor of whole numbers.</summary>
    /// <inheritdoc cref="ToTensor"/>
    public static long[] ToIntegers(OnnxWire.Tensor tensor, string where)
    {
        var raw = tensor.RawData.Span;
        long[] values = tensor switch
        {
            { DataLocation: not 0 } => throw ForeignFile.Damaged(Format, where, $"{tensor.Name} lies in another file"),
            { DataType: Int64, RawData.Length: > 0 } when raw.Length % sizeof(long) == 0 => MemoryMarshal.Cast<byte, long>(raw).ToArray(),
            { DataType: Int64, RawData.Length: 0 } => [.. tensor.Int64Data],
            { DataType: Int32, RawData.Length: > 0 } when raw.Length % sizeof(int) == 0 => Array.ConvertAll(
                MemoryMarshal.Cast<byte, int>(raw).ToArray(), value => (long)value),
            { DataType: Int32, RawData.Length: 0 } => [.. tensor.Int32Data.Select(value => (long)value)],
            _ => throw ForeignFile.Damaged(Format, where, $"{tensor.Name} holds values of type {tensor.DataType}, or a cut one"),
        };
        return ForeignFile.Shape(tensor.Dims, values.Length) is not null ? values
            : throw ForeignFile.Damaged(Format, where, $"{tensor.Name} [{string.Join(", ", tensor.Dims)}] has {values.Length} values");
    }
}
