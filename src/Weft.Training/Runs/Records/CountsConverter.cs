using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>
/// Counts as a list, and where there are more than 10,000, nearly all of which are 0, as <c>{"length": n, "at": […], "counts": […]}</c>: tables of a thousand
/// classes squared are told after every epoch.
/// </summary>
internal sealed class CountsConverter : JsonConverter<IReadOnlyList<int>>
{
    private const int LongestList = 10_000;
    private const int LongestTable = RunLimits.Classes * RunLimits.Classes;

    public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return List(ref reader);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Counts are a list or an object.");
        var (length, at, counts) = (0, new List<int>(), new List<int>());
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "length")
                length = reader.GetInt32() is >= 0 and <= LongestTable and var said ? said : throw new JsonException("A table of counts is too long.");
            else if (name is "at" or "counts" && reader.TokenType == JsonTokenType.StartArray)
                (name == "at" ? at : counts).AddRange(List(ref reader));
            else
                reader.Skip();
        }

        if (at.Count != counts.Count || at.Exists(place => (uint)place >= (uint)length))
            throw new JsonException("Counts do not lie in their table.");
        var table = new int[length];
        for (var i = 0; i < at.Count; i++)
            table[at[i]] = counts[i];
        return table;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options)
    {
        if (value.Count <= LongestList)
        {
            Write(writer, value);
            return;
        }

        int[] at = [.. Enumerable.Range(0, value.Count).Where(i => value[i] != 0)];
        writer.WriteStartObject();
        writer.WriteNumber("length"u8, value.Count);
        writer.WritePropertyName("at"u8);
        Write(writer, at);
        writer.WritePropertyName("counts"u8);
        Write(writer, at.Select(i => value[i]));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IEnumerable<int> numbers)
    {
        writer.WriteStartArray();
        foreach (var number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private static List<int> List(ref Utf8JsonReader reader)
    {
        var numbers = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            numbers.Add(reader.GetInt32());
        return numbers;
    }
}
