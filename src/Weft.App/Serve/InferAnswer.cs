using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weft.Training;

namespace Weft.App;

/// <summary>An answer of the Open Inference Protocol: JSON, after it the outputs that were asked for as bytes.</summary>
internal static class InferAnswer
{
    /// <summary>Says how much of a body is JSON.</summary>
    public const string LengthHeader = "Inference-Header-Content-Length";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <returns>The body, and how much of it is JSON where bytes follow that.</returns>
    public static (ReadOnlyMemory<byte> Body, int? JsonLength) Of(InferRequest request, PoolAnswer answer, string name)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        var binary = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            json.WriteString("model_name", name);
            json.WriteString("model_version", answer.Model.Version);
            if (request.Id is { } id)
                json.WriteString("id", id);
            json.WriteStartArray("outputs");
            foreach (var output in request.Outputs)
                Write(json, binary, output, answer.Predictions);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (binary.WrittenCount == 0)
            return (body.WrittenMemory, null);
        var length = body.WrittenCount;
        body.Write(binary.WrittenSpan);
        return (body.WrittenMemory, length);
    }

    private static void Write(Utf8JsonWriter json, ArrayBufferWriter<byte> binary, InferOutput output, IReadOnlyList<ImagePrediction> predictions)
    {
        var isClass = output.Name == "class";
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", isClass ? "BYTES" : "FP32");
        json.WriteStartArray("shape");
        json.WriteNumberValue(predictions.Count);
        if (!isClass)
            json.WriteNumberValue(predictions[0].Probabilities.Count);
        json.WriteEndArray();
        if (output.IsBinary)
        {
            var before = binary.WrittenCount;
            foreach (var prediction in predictions)
                WriteBytes(binary, output, prediction);
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", binary.WrittenCount - before);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
            foreach (var prediction in predictions)
            {
                if (isClass)
                    json.WriteStringValue(prediction.Name);
                foreach (var value in isClass ? [] : Values(output, prediction))
                    json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteBytes(ArrayBufferWriter<byte> binary, InferOutput output, ImagePrediction prediction)
    {
        if (output.Name != "class")
        {
            binary.Write(MemoryMarshal.AsBytes(Values(output, prediction).AsSpan())); // little endian, as every machine that .NET runs on is
            return;
        }

        var name = Encoding.UTF8.GetBytes(prediction.Name);
        BinaryPrimitives.WriteInt32LittleEndian(binary.GetSpan(sizeof(int)), name.Length);
        binary.Advance(sizeof(int));
        binary.Write(name);
    }

    private static float[] Values(InferOutput output, ImagePrediction prediction) =>
        output.Name == "logits" ? prediction.Logits : [.. prediction.Probabilities];
}
