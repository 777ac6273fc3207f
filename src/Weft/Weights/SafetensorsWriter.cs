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

    // Metadata is text for programs; escaping quotes and control characters is enough.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc cref="Write"/>
    /// <returns>The file's bytes.</returns>
    public static byte[] ToBytes(IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        var header = CheckedHeader(tensors, metadata);
        var bytes = new byte[checked((int)(sizeof(ulong) + header.Length + tensors.Sum(tensor => tensor.Values.Length * (long)sizeof(float))))];
        using var memory = new MemoryStream(bytes);
        WriteFile(memory, header, tensors);
        return bytes;
    }

    /// <param name="stream">Written to from where it stands.</param>
    /// <param name="tensors">Written as F32 in this order.</param>
    /// <param name="metadata">Written first in the header, in this order.</param>
    /// <exception cref="ArgumentException">Two tensors or two metadata entries share a name, or a tensor has a reserved one.</exception>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
 =>
        WriteFile(stream, CheckedHeader(tensors, metadata), tensors);

    private static byte[] CheckedHeader(IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        RequireUnique(tensors.Select(tensor => tensor.Name).Append(SafetensorsReader.MetadataName));
        RequireUnique(metadata.Select(entry => entry.Key));
        return Header(tensors, metadata);
    }

    private static void WriteFile(Stream stream, byte[] header, IReadOnlyList<NamedTensor> tensors)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
            WriteValues(stream, tensor.Values);
    }

    private static byte[] Header(IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
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
                offset += tensor.Values.Length * (long)sizeof(float);
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

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
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
