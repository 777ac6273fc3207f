using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weft;

/// <summary>
/// Writes the safetensors format: eight bytes of header length (little endian), a JSON header of names, types, shapes and byte ranges padded with
/// spaces to a multiple of eight, then the values of all tensors without gaps. The same input gives the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    // Memory that is used again has room for the next header, whose numbers may have more digits.
    private const int HeaderGrowth = 64 << 10;

    // Metadata is text for programs; escaping quotes and control characters is enough.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the whole file into memory that can be used again.</summary>
    /// <param name="tensors">Written as F32 in this order.</param>
    /// <param name="metadata">Written first in the header, in this order.</param>
    /// <param name="memory">Used if the file fits into it; otherwise replaced by a larger one.</param>
    /// <returns>The file's bytes: the first part of <paramref name="memory"/>.</returns>
    /// <exception cref="ArgumentException">Two tensors or two metadata entries share a name, or a tensor has a reserved one.</exception>
    public static Memory<byte> Encode(IReadOnlyList<TensorSource> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata, ref byte[] memory)
    {
        RequireUnique(tensors.Select(tensor => tensor.Name).Append(SafetensorsReader.MetadataName));
        RequireUnique(metadata.Select(entry => entry.Key));
        var header = Header(tensors, metadata);
        var start = sizeof(ulong) + header.Length;
        var length = checked((int)(start + tensors.Sum(tensor => tensor.Length * (long)sizeof(float))));
        if (memory.Length < length)
            memory = GC.AllocateUninitializedArray<byte>(checked(length + HeaderGrowth));
        var file = memory.AsMemory(0, length);
        BinaryPrimitives.WriteUInt64LittleEndian(file.Span, (ulong)header.Length);
        header.CopyTo(file.Span[sizeof(ulong)..]);
        var values = MemoryMarshal.Cast<byte, float>(file.Span[start..]);
        foreach (var tensor in tensors)
        {
            tensor.CopyTo(values[..tensor.Length]);
            values = values[tensor.Length..];
        }

        if (!BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, uint>(file.Span[start..]);
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        return file;
    }

    /// <inheritdoc cref="Encode"/>
    /// <param name="stream">Written to from where it stands.</param>
    public static void Write(Stream stream, IReadOnlyList<TensorSource> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        byte[] memory = [];
        stream.Write(Encode(tensors, metadata, ref memory).Span);
    }

    private static byte[] Header(IReadOnlyList<TensorSource> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Options))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsReader.MetadataName);
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", TensorTypes.Name(TensorType.F32));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.Length * (long)sizeof(float);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (memory.Length % Alignment != 0)
            memory.WriteByte((byte)' ');
        return memory.ToArray();
    }

    private static void RequireUnique(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
                throw new ArgumentException($"The name '{name}' is used twice.");
        }
    }
}
