namespace Weft.Interchange;

/// <summary>Counts the messages within an ONNX file before any becomes an object: two bytes of a file can be a hundred of memory.</summary>
internal static class OnnxMessages
{
    private const int Most = 1_000_000;
    private const int Bytes = 2;

    // The messages that a message holds, by the number of the field.
    private static readonly Dictionary<int, Kind> Dimensions = new() { [1] = new([]) };
    private static readonly Dictionary<int, Kind> Types = new() { [1] = new(new() { [2] = new(Dimensions) }) };
    private static readonly Kind Values = new(new() { [2] = new(Types) });
    private static readonly Kind Tensor = new([]);
    private static readonly Kind Node = new(new() { [5] = new(new() { [5] = Tensor }) });
    private static readonly Kind Graph = new(new() { [1] = Node, [5] = Tensor, [11] = Values, [12] = Values });
    private static readonly Kind Model = new(new() { [7] = Graph, [8] = new([]), [14] = new([]) });

    /// <summary>Whether there are no more than a graph of a hundred thousand operations has; of a cut file, as far as it goes.</summary>
    public static bool AreFew(ReadOnlySpan<byte> file)
    {
        var count = 0;
        Count(file, Model, ref count);
        return count <= Most;
    }

    private static void Count(ReadOnlySpan<byte> message, Kind kind, ref int count)
    {
        while (count <= Most && TryNumber(ref message, out var tag))
        {
            var wire = (int)(tag & 7);
            ulong length = wire switch { 1 => 8, 5 => 4, _ => 0 };
            if (wire is 0 or Bytes)
            {
                if (!TryNumber(ref message, out var number))
                    return;
                length = wire == Bytes ? number : 0;
            }

            if (wire is 3 or 4 or > 5 || length > (ulong)message.Length)
                return; // no such file: the parser says why
            if (wire == Bytes)
            {
                count++; // texts too: each is an object
                if (tag >> 3 <= int.MaxValue && kind.Fields.TryGetValue((int)(tag >> 3), out var within))
                    Count(message[..(int)length], within, ref count);
            }

            message = message[(int)length..];
        }
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> message, out ulong number)
    {
        number = 0;
        for (var i = 0; i < message.Length && i < 10; i++)
        {
            number |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private sealed record Kind(Dictionary<int, Kind> Fields);
}
