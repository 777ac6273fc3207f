using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Weft;

/// <summary>One tensor as a header describes it; the offsets count from the end of the header.</summary>
public sealed record TensorEntry(string Name, TensorType Type, ImmutableArray<int> Shape, long Begin, long End);

/// <summary>
/// Reads the safetensors format strictly, from bytes nobody vouches for: the header's length, the number of tensors and every product are checked before
/// anything is allocated for them; no name occurs twice; the tensors lie one after the other without overlap, gap or rest.
/// </summary>
public sealed class SafetensorsReader
{
    public const int MaximumHeaderBytes = 8 << 20;
    public const int MaximumTensors = 65_536;
    internal const string MetadataName = "__metadata__";
    private const int MaximumDimensions = 8;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    private readonly ReadOnlyMemory<byte> _values;

    private SafetensorsReader(ImmutableArray<TensorEntry> entries, IReadOnlyDictionary<string, string> metadata, ReadOnlyMemory<byte> values)
    {
        Entries = entries;
        Metadata = metadata;
        _values = values;
    }

    /// <summary>In the order of their values.</summary>
    public ImmutableArray<TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="SafetensorsException">The bytes are not such a file.</exception>
    public static SafetensorsReader Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < 8)
            throw new SafetensorsException($"A safetensors file has at least 8 bytes but this one has {file.Length}.");
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (headerBytes > MaximumHeaderBytes || headerBytes > (ulong)(file.Length - 8))
            throw new SafetensorsException(
                $"The header says it has {headerBytes} bytes; at most {Math.Min(MaximumHeaderBytes, file.Length - 8)} are possible.");
        var header = file.Slice(8, (int)headerBytes);
        if (header.Length == 0 || header.Span[0] != (byte)'{')
            throw new SafetensorsException("The header does not begin with '{'.");
        try
        {
            using var document = JsonDocument.Parse(header, Strict);
            return Read(document.RootElement, file[(8 + header.Length)..]);
        }
        catch (JsonException damage)
        {
            throw new SafetensorsException($"The header is not JSON without repeated names: {damage.Message}", damage);
        }
        catch (Exception damage) when (damage is InvalidOperationException or FormatException)
        {
            throw new SafetensorsException($"The header holds a value of the wrong kind: {damage.Message}", damage);
        }
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public static SafetensorsReader Read(Stream stream)
    {
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Read(memory.GetBuffer().AsMemory(0, (int)memory.Length));
    }

    public TensorEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    /// <summary>The values as 32-bit floats; F16 and BF16 are widened exactly.</summary>
    /// <exception cref="SafetensorsException">The tensor holds another type.</exception>
    public NamedTensor ReadFloats(TensorEntry entry)
    {
        var bytes = _values.Span[(int)entry.Begin..(int)entry.End];
        if (entry.Type == TensorType.F32 && BitConverter.IsLittleEndian)
            return new NamedTensor(entry.Name, entry.Shape, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        var size = TensorTypes.Bytes(entry.Type);
        var values = new float[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            var element = bytes.Slice(i * size, size);
            values[i] = entry.Type switch
            {
                TensorType.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                TensorType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                TensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                _ => throw new SafetensorsException($"Tensor {entry.Name} holds {TensorTypes.Name(entry.Type)}; F32, F16 or BF16 is needed."),
            };
        }

        return new NamedTensor(entry.Name, entry.Shape, values);
    }

    private static SafetensorsReader Read(JsonElement root, ReadOnlyMemory<byte> values)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<TensorEntry>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataName)
            {
                foreach (var entry in property.Value.EnumerateObject())
                    metadata.Add(entry.Name, entry.Value.GetString() ?? throw new SafetensorsException($"Metadata {entry.Name} is null."));
            }
            else if (entries.Count == MaximumTensors)
            {
                throw new SafetensorsException($"The header names more than {MaximumTensors} tensors.");
            }
            else
            {
                entries.Add(ReadEntry(property.Name, property.Value));
            }
        }

        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
                throw new SafetensorsException($"Tensor {entry.Name} begins at byte {entry.Begin} but the one before ends at {end}.");
            end = entry.End;
        }

        if (end != values.Length)
            throw new SafetensorsException($"The tensors need {end} bytes but {values.Length} follow the header.");
        return new SafetensorsReader([.. entries], metadata, values);
    }

    private static TensorEntry ReadEntry(string name, JsonElement json)
    {
        if (json.EnumerateObject().Count() != 3)
            throw new SafetensorsException($"Tensor {name} needs dtype, shape and data_offsets and nothing else.");
        if (!json.TryGetProperty("dtype", out var dtype) || !json.TryGetProperty("shape", out var sizes)
            || !json.TryGetProperty("data_offsets", out var offsets))
            throw new SafetensorsException($"Tensor {name} needs dtype, shape and data_offsets.");
        var type = TensorTypes.Find(dtype.GetString() ?? "") ?? throw new SafetensorsException($"Tensor {name} has the unknown type {dtype}.");
        if (sizes.GetArrayLength() > MaximumDimensions || offsets.GetArrayLength() != 2)
            throw new SafetensorsException(
                $"Tensor {name} has {sizes.GetArrayLength()} dimensions and {offsets.GetArrayLength()} offsets; at most {MaximumDimensions} and exactly 2 are "
                    + "read.");
        var shape = ImmutableArray.CreateBuilder<int>();
        var bytes = (long)TensorTypes.Bytes(type);
        foreach (var size in sizes.EnumerateArray())
        {
            var value = size.GetInt32();
            if (value < 0 || bytes * value > int.MaxValue) // bytes stays below 2^31, so the product fits 64 bits
                throw new SafetensorsException($"Tensor {name} has the impossible shape {sizes}.");
            bytes *= value;
            shape.Add(value);
        }

        var begin = offsets[0].GetInt64();
        var end = offsets[1].GetInt64();
        if (begin < 0 || end < begin || end - begin != bytes)
            throw new SafetensorsException($"Tensor {name} has offsets {offsets}; its shape needs {bytes} bytes.");
        return new TensorEntry(name, type, shape.ToImmutable(), begin, end);
    }
}
