using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>
/// A <see cref="Size2d"/> or a <see cref="Padding2d"/> as a document writes it: one number where all sides are alike, else a list (height, width; top, left,
/// bottom, right).
/// </summary>
internal static class WindowNumbers
{
    public static bool Fits(Type type) => type == typeof(Size2d) || type == typeof(Padding2d);

    /// <summary>How long a list of them may be, for people.</summary>
    public static string Lengths(Type type) => type == typeof(Size2d) ? "two" : "two or four";

    /// <summary>As few numbers as say it.</summary>
    public static int[] Of(object window) => window switch
    {
        Size2d size => size.Height == size.Width ? [size.Height] : [size.Height, size.Width],
        Padding2d { IsUniform: true } padding => [padding.Top],
        Padding2d { IsSymmetric: true } padding => [padding.Top, padding.Left],
        Padding2d padding => [padding.Top, padding.Left, padding.Bottom, padding.Right],
        _ => throw new ArgumentOutOfRangeException(nameof(window), window, "Only sizes and paddings are written as numbers."),
    };

    /// <returns>Null where there are too many numbers or too few.</returns>
    public static object? Create(Type type, IReadOnlyList<int> numbers) => (type == typeof(Padding2d), numbers) switch
    {
        (false, [var both]) => (Size2d)both,
        (false, [var height, var width]) => new Size2d(height, width),
        (true, [var all]) => (Padding2d)all,
        (true, [var vertical, var horizontal]) => (Padding2d)(vertical, horizontal),
        (true, [var top, var left, var bottom, var right]) => new Padding2d(top, left, bottom, right),
        _ => null,
    };
}

/// <summary>Writes and reads <see cref="WindowNumbers"/> as JSON.</summary>
internal sealed class WindowConverter<TWindow> : JsonConverter<TWindow>
    where TWindow : struct
{
    public override TWindow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var numbers = new List<int>();
        if (reader.TokenType != JsonTokenType.StartArray)
            numbers.Add(Number(reader));
        else
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                numbers.Add(Number(reader));
        return (TWindow?)WindowNumbers.Create(typeof(TWindow), numbers)
            ?? throw new JsonException($"A number or a list of {WindowNumbers.Lengths(typeof(TWindow))} is expected, but {numbers.Count} numbers were found.");
    }

    public override void Write(Utf8JsonWriter writer, TWindow value, JsonSerializerOptions options)
    {
        if (WindowNumbers.Of(value) is not [var single])
            JsonSerializer.Serialize(writer, WindowNumbers.Of(value), options);
        else
            writer.WriteNumberValue(single);
    }

    private static int Number(in Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw new JsonException("A whole number is expected.");
}
