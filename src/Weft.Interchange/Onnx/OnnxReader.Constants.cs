namespace Weft.Interchange;

/// <summary>What is known of shapes and constants while a graph is read.</summary>
internal sealed partial class OnnxReader
{
    private const int MostFolded = 64;

    // Null where the operation is none of constants: its inputs are then missed by name.
    private OnnxConstant? Fold(OnnxWire.Node node)
    {
        var name = node.Output[0];
        OnnxConstant? Input(int input) => node.Input.ElementAtOrDefault(input) is { Length: > 0 } source ? Constant(source) : null;
        switch (node.OpType)
        {
            case "Constant":
                return ConstantOf(node, name);
            case "Identity" or "Cast" when Input(0) is { } same:
                return same with { Name = name };
            case "Shape" when IsValue(node, 0):
                var sizes = Shape(Value(node, 0));
                var (from, to) = (Integer(node, "start", 0), Integer(node, "end", sizes.Length));
                return Part(name, sizes, from, to);
            case "Gather" when Input(0)?.Integers is { } row && Input(1)?.Integers is [var index] && Integer(node, "axis", 0) == 0:
                index += index < 0 ? row.Length : 0;
                return index >= 0 && index < row.Length ? new OnnxConstant(name, Input(1)!.Dims, null, [row[index]]) : null;
            case "Unsqueeze" or "Squeeze" when Input(0) is { Integers: [var value] }:
                return new OnnxConstant(name, node.OpType == "Squeeze" ? [] : [1], null, [value]);
            case "Slice" when Input(0)?.Integers is { } whole && Input(1)?.Integers is [var start] && Input(2)?.Integers is [var end]:
                return Part(name, whole, start, end);
            case "Transpose" when Input(0) is { Dims: [>= 0 and <= int.MaxValue and var rows, >= 0 and <= int.MaxValue and var columns] } matrix
                && matrix.Floats is { } values && (Attribute(node, "perm")?.Ints.SequenceEqual([1L, 0]) ?? true):
                var turned = new float[values.Length];
                for (var i = 0; i < turned.Length; i++)
                    turned[i % (int)columns * (int)rows + i / (int)columns] = values[i];
                return new OnnxConstant(matrix.Name, [columns, rows], turned, null);
            case "Concat":
                var parts = Enumerable.Range(0, node.Input.Count).Select(Input).ToList();
                if (parts.Count > MostFolded || parts.Any(part => part?.Integers is not { Length: <= MostFolded }))
                    return null;
                long[] joined = [.. parts.SelectMany(part => part!.Integers!)];
                return new OnnxConstant(name, [joined.Length], null, joined);
            default:
                return null;
        }
    }

    private OnnxConstant ConstantOf(OnnxWire.Node node, string name) => node.Attribute switch
    {
        [{ Name: "value", T: { } tensor }] => ToConstant(tensor, name),
        [{ Name: "value_float" } only] => new OnnxConstant(name, [], [only.F], null),
        [{ Name: "value_int" } only] => new OnnxConstant(name, [], null, [only.I]),
        [{ Name: "value_floats" } only] => new OnnxConstant(name, [only.Floats.Count], [.. only.Floats], null),
        [{ Name: "value_ints" } only] => new OnnxConstant(name, [only.Ints.Count], null, [.. only.Ints]),
        _ => throw Refused(node, "a value of floats or of whole numbers", "another one"),
    };

    private static long[] Shape(ImportedValue value) => value switch
    {
        { IsMap: false, Shape: var shape } => [OnnxConstant.Batch, shape.Length],
        { IsChannelsLast: true, Shape: var shape } => [OnnxConstant.Batch, shape.Height, shape.Width, shape.Channels],
        { Shape: var shape } => [OnnxConstant.Batch, shape.Channels, shape.Height, shape.Width],
    };

    // Places below 0 count from the end.
    private static OnnxConstant Part(string name, long[] whole, long start, long end)
    {
        int Place(long place) => (int)Math.Clamp(place < 0 ? place + whole.Length : place, 0, whole.Length);
        long[] part = Place(start) < Place(end) ? whole[Place(start)..Place(end)] : [];
        return new OnnxConstant(name, [part.Length], null, part);
    }

    // The numbers of an attribute, or of an input where later versions have them.
    private long[]? Integers(OnnxWire.Node node, string name, int input) =>
        Attribute(node, name) is { } attribute ? [.. attribute.Ints] : Optional(node, input)?.Integers;

    // A number for all channels or one for each, if the constant means that beside such a value.
    private double[]? PerChannel(OnnxConstant constant, ImportedValue value)
    {
        if (constant.Integers is { } integers)
        {
            return integers.All(number => number is > -(1 << 24) and < 1 << 24)
                ? PerChannel(constant with { Floats = [.. integers.Select(number => (float)number)], Integers = null }, value) : null;
        }

        var floats = constant.Floats!;
        if (floats.Length == 1)
            return [floats[0]];
        var (rank, channels) = (value.IsMap ? 4 : 2, value.IsMap ? value.Shape.Channels : value.Shape.Length);
        var axis = !value.IsMap || value.IsChannelsLast ? 1 : 3; // from the end
        var fits = floats.Length == channels && constant.Dims.Length <= rank && constant.Dims.Length >= axis
            && constant.Dims[^axis] == channels && (value.Pixels is null || value.Pixels is { Pixels: 1 });
        return fits ? [.. floats.Select(number => (double)number)] : null;
    }
}
