using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>
/// A table as text: fields with commas between them, a row a line, numbers as every culture reads them (RFC 4180, with a line feed at each row's end).
/// </summary>
internal sealed class CsvText
{
    private readonly StringBuilder _text = new();

    /// <param name="header">The names of the columns.</param>
    public CsvText(params IEnumerable<string> header) => Add(header);

    /// <summary>Adds a row: names, whole numbers and ratios. A field is empty where there is nothing or no number.</summary>
    public CsvText Add(params IEnumerable<object?> row)
    {
        _text.AppendJoin(',', row.Select(Field)).Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    /// <summary>One field as it stands between commas.</summary>
    public static string Field(object? value) => value switch
    {
        double.NaN or null => "", // what reads the table leaves such a field out of its averages
        string text when text.AsSpan().ContainsAny(",\"\n\r") => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
