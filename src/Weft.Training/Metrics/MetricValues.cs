using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>Values by their names, in order; equal where names and values are.</summary>
[JsonConverter(typeof(MetricValuesConverter))]
public sealed class MetricValues(IEnumerable<KeyValuePair<string, double>> values) : IReadOnlyCollection<KeyValuePair<string, double>>, IEquatable<MetricValues>
{
    private readonly ImmutableArray<KeyValuePair<string, double>> _values = [.. values];

    public static MetricValues None { get; } = new([]);

    public int Count => _values.Length;

    /// <summary>NaN where there is none of that name.</summary>
    public double this[string name] => _values.FirstOrDefault(value => value.Key == name, new(name, double.NaN)).Value;

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, double>>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(MetricValues? other) => other is not null && _values.AsSpan().SequenceEqual(other._values.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as MetricValues);

    public override int GetHashCode() => _values.Aggregate(0, HashCode.Combine);
}

/// <summary>An object with a number for each name.</summary>
internal sealed class MetricValuesConverter : JsonConverter<MetricValues>
{
    public override MetricValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var values = new List<KeyValuePair<string, double>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.TokenType == JsonTokenType.Number ? reader.GetDouble()
                : reader.TokenType == JsonTokenType.String && reader.GetString() is "NaN" or "Infinity" or "-Infinity"
                    ? double.Parse(reader.GetString()!, CultureInfo.InvariantCulture)
                : throw new JsonException("A number was expected.");
            values.Add(new(name, value));
        }

        return new MetricValues(values);
    }

    public override void Write(Utf8JsonWriter writer, MetricValues value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, number) in value)
        {
            if (double.IsFinite(number))
                writer.WriteNumber(name, number);
            else
                writer.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
    }
}
