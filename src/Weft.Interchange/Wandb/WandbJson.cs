using System.Globalization;
using System.Text;

namespace Weft.Interchange;

/// <summary>
/// JSON as W&amp;B reads it: numbers that are not finite are the bare words NaN, Infinity and -Infinity. Members keep their order, so equal values give equal
/// bytes.
/// </summary>
internal static class WandbJson
{
    /// <summary>A null, bool, text, number, dictionary (of pairs) or sequence as one JSON text.</summary>
    /// <exception cref="ArgumentException">Another type.</exception>
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string words:
                AppendText(text, words);
                break;
            case double number:
                text.Append(Number(number));
                break;
            case float number:
                text.Append(float.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : Number(number));
                break;
            case int or long or uint or ulong:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case IReadOnlyDictionary<string, object?> members:
                AppendAll(text, '{', '}', members, (into, member) =>
                {
                    AppendText(into, member.Key);
                    into.Append(':');
                    Append(into, member.Value);
                });
                break;
            case System.Collections.IEnumerable items:
                AppendAll(text, '[', ']', items.Cast<object?>(), Append);
                break;
            default:
                throw new ArgumentException(
                    $"JSON expects null, a flag, a text, a number, a dictionary or a sequence but received {value.GetType()}.", nameof(value));
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<StringBuilder, T> append)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            append(text, item);
        }

        text.Append(close);
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture)
        : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static void AppendText(StringBuilder text, string words)
    {
        text.Append('"');
        foreach (var letter in words)
        {
            switch (letter)
            {
                case '"' or '\\':
                    text.Append('\\').Append(letter);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case < ' ' or '\u007f':
                case >= '\ud800' and <= '\udfff':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"); // half a surrogate pair would be no UTF-8
                    break;
                default:
                    text.Append(letter);
                    break;
            }
        }

        text.Append('"');
    }
}
