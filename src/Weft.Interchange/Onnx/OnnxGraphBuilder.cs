using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Weft.Interchange;

/// <summary>Adds nodes and constants to an ONNX graph; the same calls give the same bytes.</summary>
internal sealed class OnnxGraphBuilder
{
    private readonly HashSet<string> _names;

    /// <param name="taken">Names that values must not get.</param>
    public OnnxGraphBuilder(IEnumerable<string> taken) => _names = taken.ToHashSet(StringComparer.Ordinal);

    public OnnxWire.Graph Graph { get; } = new();

    /// <summary>Adds an operation with one output.</summary>
    /// <param name="name">The name of the node and of its output; a longer one where something else has it.</param>
    /// <returns>The name of the output.</returns>
    public string Add(string kind, string name, string[] inputs, params OnnxWire.Attribute[] attributes)
    {
        var output = Unique(name);
        Graph.Node.Add(new OnnxWire.Node
        {
            OpType = kind, Name = output, Input = { inputs }, Output = { output },
            Attribute = { attributes.OrderBy(attribute => attribute.Name, StringComparer.Ordinal) },
        });
        return output;
    }

    public string Add(string kind, string name, string input, params OnnxWire.Attribute[] attributes) => Add(kind, name, [input], attributes);

    /// <summary>A constant of floats.</summary>
    /// <returns>Its name.</returns>
    public string Floats(string name, ReadOnlySpan<float> values, params long[] shape) =>
        Constant(name, OnnxFile.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A number that nodes share.</summary>
    public string Scalar(float value)
    {
        var name = $"constant/{value.ToString("R", CultureInfo.InvariantCulture)}";
        return Graph.Initializer.Any(tensor => tensor.Name == name) ? name : Floats(name, [value]);
    }

    /// <summary>Whole numbers in a row.</summary>
    public string Integers(string name, params ReadOnlySpan<long> values) => Constant(name, OnnxFile.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>Whole numbers of 32 bits.</summary>
    public string Integers(string name, ReadOnlySpan<int> values, params long[] shape) => Constant(name, OnnxFile.Int32, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Gives a value another name wherever it stands.</summary>
    public void Rename(string value, string name)
    {
        foreach (var node in Graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
                node.Input[i] = node.Input[i] == value ? name : node.Input[i];
            for (var i = 0; i < node.Output.Count; i++)
                node.Output[i] = node.Output[i] == value ? name : node.Output[i];
        }
    }

    public static OnnxWire.Attribute Integer(string name, long value) => new() { Name = name, I = value, Type = 2 };

    public static OnnxWire.Attribute Number(string name, double value) => new() { Name = name, F = (float)value, Type = 1 };

    public static OnnxWire.Attribute List(string name, params long[] values) => new() { Name = name, Ints = { values }, Type = 7 };

    private string Constant(string name, int type, ReadOnlySpan<byte> bytes, long[] shape)
    {
        Graph.Initializer.Add(new OnnxWire.Tensor { Name = name, DataType = type, Dims = { shape }, RawData = ByteString.CopyFrom(bytes) });
        _names.Add(name);
        return name;
    }

    private string Unique(string name)
    {
        while (!_names.Add(name))
            name += "_";
        return name;
    }
}
