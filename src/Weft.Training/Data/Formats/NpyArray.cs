using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>An array of whole numbers as NumPy writes it: a magic, a dictionary that describes it, then its values row by row.</summary>
internal sealed partial class NpyArray
{
    private const int MaximumRank = 8;

    private readonly ReadOnlyMemory<byte> _values;
    private readonly string _type;

    private NpyArray(string type, IReadOnlyList<int> shape, ReadOnlyMemory<byte> values) => (_type, Shape, _values) = (type, shape, values);

    public IReadOnlyList<int> Shape { get; }

    /// <summary>Whether the values are bytes without a sign.</summary>
    public bool IsBytes => _type == "|u1";

    /// <summary>The values where they are bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _values;

    /// <exception cref="FormatException">The bytes are no such array; the message says in which way.</exception>
    public static NpyArray Parse(ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (bytes.Length < 12 || !bytes[..6].SequenceEqual(Magic))
            throw new FormatException("it does not begin as an array of NumPy");
        var wide = bytes[6] switch { 1 => false, 2 or 3 => true, var version => throw new FormatException($"version {version} is not read") };
        var start = wide ? 12 : 10;
        var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (length > bytes.Length - start)
            throw new FormatException("its header has no end");
        var match = Header().Match(Encoding.Latin1.GetString(bytes.Slice(start, (int)length)));
        if (!match.Success)
            throw new FormatException("its header is not that of an array");
        var type = match.Groups["type"].Value;
        if (type.EndsWith('O'))
            throw new FormatException("it holds Python objects, which can run programs when they are opened and are never read");
        if (!IsWhole(type))
            throw new FormatException($"it holds values of type {type}; whole numbers of 1 to 8 bytes are read");
        var shape = new List<int>();
        foreach (var size in match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            shape.Add(int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : throw new FormatException("a size is none, or too large"));
        }

        if (shape.Count is 0 or > MaximumRank)
            throw new FormatException($"it has {shape.Count} dimensions");
        if (match.Groups["order"].Value == "True" && shape.Count(size => size != 1) > 1)
            throw new FormatException("its values lie column by column (Fortran order)");
        var values = file[(start + (int)length)..];
        var expected = SizeLimit.Product(Array.MaxLength, [type[2] - '0', .. shape.Select(size => (long)size)]);
        return expected == values.Length ? new NpyArray(type, shape, values)
            : throw new FormatException(
                $"[{string.Join(", ", shape)}] of {type} needs {(expected is null ? "far more" : $"{expected:N0}")} bytes, and there are {values.Length:N0}");
    }

    /// <summary>All values as numbers of classes.</summary>
    /// <exception cref="FormatException">One is negative or too large for that.</exception>
    public int[] ToLabels()
    {
        var size = _type[2] - '0';
        var labels = new int[_values.Length / size];
        for (var i = 0; i < labels.Length; i++)
        {
            var bytes = _values.Span.Slice(i * size, size);
            ulong value = 0;
            for (var b = 0; b < size; b++)
                value = value << 8 | bytes[_type[0] == '>' ? b : size - 1 - b];
            labels[i] = value <= int.MaxValue && !(_type[1] == 'i' && bytes[_type[0] == '>' ? 0 : size - 1] > sbyte.MaxValue) ? (int)value
                : throw new FormatException($"label {i:N0} is negative or too large");
        }

        return labels;
    }

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static bool IsWhole(string type) => type is ['|', 'u' or 'i', '1'] or ['<' or '>', 'u' or 'i', '2' or '4' or '8'];

    // As NumPy writes it; the three entries in this order, which its own writer sorts them to.
    [GeneratedRegex(@"\A\{'descr': '(?<type>[<>|=]?[A-Za-z][0-9]*)', 'fortran_order': (?<order>True|False), 'shape': \((?<shape>[0-9, ]*)\), ?\} *\n?\z")]
    private static partial Regex Header();
}
