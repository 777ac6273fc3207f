using System.Buffers;
using System.Text.Json;
using Weft.Training;

namespace Weft.App;

/// <summary>An output that a request asks for.</summary>
internal sealed record InferOutput(string Name, bool IsBinary);

/// <summary>
/// A request of the Open Inference Protocol: JSON, after which the tensor may follow as bytes. Memory is taken for what is there, never for what a shape
/// promises.
/// </summary>
/// <param name="Id">The client's own name for it, which the answer repeats.</param>
/// <param name="Images">[height, width, channels] each.</param>
internal sealed record InferRequest(string? Id, IReadOnlyList<byte[]> Images, IReadOnlyList<InferOutput> Outputs)
{
    public const string Input = "image";
    public const string DataType = "UINT8";

    private const int MostDepth = 16;
    private const int MostIdLetters = 256;

    /// <summary>What can be asked for, in the order of the answer.</summary>
    public static readonly string[] OutputNames = ["probabilities", "logits", "class"];

    /// <param name="jsonLength">How much of the body is JSON; null: all of it.</param>
    /// <param name="most">The most pictures of a request.</param>
    /// <exception cref="RequestException">It says something else than a request may.</exception>
    public static InferRequest Parse(ReadOnlySpan<byte> body, int? jsonLength, FeatureShape shape, int most)
    {
        if (jsonLength is < 0 || jsonLength > body.Length)
            throw RequestException.Bad($"Inference-Header-Content-Length is {jsonLength}, and the body has {body.Length} bytes.");
        var parser = new Parser(shape, most);
        try
        {
            parser.Read(body[..(jsonLength ?? body.Length)]);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException) // the second: a text that is no UTF-8
        {
            throw RequestException.Bad(damage is JsonException { LineNumber: { } line, BytePositionInLine: { } at }
                ? $"The JSON is damaged in line {line + 1} at byte {at + 1}." : "The JSON is damaged.");
        }

        return parser.Finish(body[(jsonLength ?? body.Length)..]);
    }

    private sealed class Parser(FeatureShape shape, int most)
    {
        private readonly ArrayBufferWriter<byte> _data = new();
        private readonly List<(string Name, bool? IsBinary)> _outputs = [];
        private readonly List<long> _shape = [];
        private string? _id;
        private string? _name;
        private string? _type;
        private long? _binarySize;
        private bool _isBinaryOutput;
        private int _inputs;
        private bool _hasData;

        public void Read(ReadOnlySpan<byte> json)
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MostDepth });
            reader.Read();
            Members(ref reader, "the request", Request);
            if (reader.Read())
                throw RequestException.Bad("Something follows the JSON.");
        }

        public InferRequest Finish(ReadOnlySpan<byte> binary)
        {
            if (_inputs != 1)
                throw RequestException.Bad($"A request has one input, {Input}; {_inputs} came.");
            if (_name != Input || _type != DataType)
                throw RequestException.Bad($"The input is {Input} of datatype {DataType}; '{_name}' of '{_type}' came.");
            if (_shape is not [var count, var channels, var height, var width]
                || (channels, height, width) != (shape.Channels, shape.Height, shape.Width) || count < 1)
            {
                throw RequestException.Bad(
                    $"The input's shape is [1 or more, {shape.Channels}, {shape.Height}, {shape.Width}]; [{string.Join(", ", _shape.Take(8))}] came.");
            }

            var outputs = Outputs();
            if (count > most)
                throw RequestException.TooLong($"At most {most} pictures are answered at once; {count} came.");
            if (_hasData == _binarySize is not null)
                throw RequestException.Bad("An input has either data or the parameter binary_data_size.");
            if (_binarySize is { } size && size != binary.Length)
                throw RequestException.Bad($"binary_data_size is {size}, and {binary.Length} bytes follow the JSON, which {InferAnswer.LengthHeader} ends.");
            if (_hasData && binary.Length > 0)
                throw RequestException.Bad("Bytes follow the JSON, and no input takes them.");
            var data = _hasData ? _data.WrittenSpan : binary;
            if (data.Length != count * shape.Length)
                throw RequestException.Bad($"The shape says {count * shape.Length} values; {data.Length} came.");
            var images = new byte[count][];
            for (var i = 0; i < images.Length; i++)
                images[i] = ChannelsLast(data.Slice(i * shape.Length, shape.Length));
            return new InferRequest(_id, images, outputs);
        }

        private InferOutput[] Outputs()
        {
            if (_outputs.Count == 0)
                return [.. OutputNames.Select(name => new InferOutput(name, _isBinaryOutput))];
            if (_outputs.Find(output => !OutputNames.Contains(output.Name)) is { Name: not null } unknown)
                throw RequestException.Bad($"The outputs are {string.Join(", ", OutputNames)}; '{Printable.Escape(unknown.Name)}' was asked for.");
            return [.. _outputs.DistinctBy(output => output.Name).Select(output => new InferOutput(output.Name, output.IsBinary ?? _isBinaryOutput))];
        }

        private byte[] ChannelsLast(ReadOnlySpan<byte> planes)
        {
            var image = new byte[planes.Length];
            for (var i = 0; i < image.Length; i++)
                image[i] = planes[i % shape.Channels * shape.Pixels + i / shape.Channels];
            return image;
        }

        private delegate void Member(ref Utf8JsonReader reader, string name);

        // The reader stands on the object's beginning, and at the end on its end.
        private static void Members(ref Utf8JsonReader reader, string what, Member member)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw RequestException.Bad($"{what} is an object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                member(ref reader, name);
            }
        }

        private static void Elements(ref Utf8JsonReader reader, string what, Member member)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw RequestException.Bad($"{what} is a list.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                member(ref reader, what);
        }

        private void Request(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "id":
                    _id = Text(ref reader, name);
                    break;
                case "inputs":
                    Elements(ref reader, name, (ref Utf8JsonReader item, string _) =>
                    {
                        _inputs++;
                        if (_inputs == 1)
                            Members(ref item, "an input", ReadInput);
                        else
                            item.Skip();
                    });
                    break;
                case "outputs":
                    Elements(ref reader, name, (ref Utf8JsonReader item, string _) =>
                    {
                        if (_outputs.Count == MostDepth)
                            throw RequestException.Bad($"The outputs are {string.Join(", ", OutputNames)}.");
                        _outputs.Add(("", null));
                        Members(ref item, "an output", ReadOutput);
                    });
                    break;
                case "parameters":
                    Members(ref reader, name, (ref Utf8JsonReader item, string parameter) =>
                    {
                        if (parameter == "binary_data_output")
                            _isBinaryOutput = Truth(ref item, parameter);
                        else
                            item.Skip();
                    });
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void ReadInput(ref Utf8JsonReader reader, string name)
        {
            switch (name)
            {
                case "name":
                    _name = Text(ref reader, name);
                    break;
                case "datatype":
                    _type = Text(ref reader, name);
                    break;
                case "shape":
                    Elements(ref reader, name, (ref Utf8JsonReader item, string _) =>
                    {
                        if (_shape.Count < MostDepth)
                            _shape.Add(Number(ref item, "a size of the shape"));
                    });
                    break;
                case "parameters":
                    Members(ref reader, name, (ref Utf8JsonReader item, string parameter) =>
                    {
                        if (parameter == "binary_data_size")
                            _binarySize = Number(ref item, parameter);
                        else
                            item.Skip();
                    });
                    break;
                case "data":
                    _hasData = true;
                    Data(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private void ReadOutput(ref Utf8JsonReader reader, string name)
        {
            if (name == "name")
                _outputs[^1] = _outputs[^1] with { Name = Text(ref reader, name) };
            else if (name == "parameters")
            {
                Members(ref reader, name, (ref Utf8JsonReader item, string parameter) =>
                {
                    if (parameter == "binary_data")
                        _outputs[^1] = _outputs[^1] with { IsBinary = Truth(ref item, parameter) };
                    else if (parameter == "classification")
                        throw RequestException.Bad("Classes come as the output class; the parameter classification is not known.");
                    else
                        item.Skip();
                });
            }
            else
                reader.Skip();
        }

        // Flat, or nested as the shape has it: the order of the numbers is the same.
        private void Data(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw RequestException.Bad("data is a list of numbers.");
            var depth = reader.CurrentDepth;
            var length = (long)most * shape.Length;
            while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth))
            {
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                    continue;
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetByte(out var value))
                    throw RequestException.Bad("data are whole numbers of 0 to 255: pixels as they are, not normalized.");
                if (_data.WrittenCount == length)
                    throw RequestException.TooLong($"At most {most} pictures are answered at once.");
                _data.GetSpan(1)[0] = value;
                _data.Advance(1);
            }
        }

        private static string Text(ref Utf8JsonReader reader, string what) =>
            reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MostIdLetters ? reader.GetString()!
                : throw RequestException.Bad($"{what} is a text of at most {MostIdLetters} letters.");

        private static long Number(ref Utf8JsonReader reader, string what) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw RequestException.Bad($"{what} is a whole number.");

        private static bool Truth(ref Utf8JsonReader reader, string what) => reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw RequestException.Bad($"{what} is true or false."),
        };
    }
}
