using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Weft.Interchange;

/// <summary>Values as they stand in generated C#, the same in every culture.</summary>
internal static class CSharpText
{
    /// <summary>Before a member of a class.</summary>
    public const string Member = "        ";

    /// <summary>Before a statement of a method.</summary>
    public const string Statement = Member + "    ";

    private const int LineLength = 160;

    public static byte[] Bytes(IReadOnlyList<float> values)
    {
        var bytes = new byte[values.Count * sizeof(float)];
        for (var i = 0; i < values.Count; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }

    /// <summary>A property: an assembly would hold a constant twice.</summary>
    public static string Base64(string name, byte[] bytes)
    {
        var text = new StringBuilder($"\n{Member}private static string {name} => @\"\n");
        var code = Convert.ToBase64String(bytes);
        for (var at = 0; at < code.Length; at += LineLength)
            text.Append(code.AsSpan(at, Math.Min(LineLength, code.Length - at))).Append('\n');
        return text.Append("\";\n").ToString();
    }

    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var letter in text)
        {
            literal.Append(letter switch
            {
                '"' or '\\' => $"\\{letter}",
                _ when char.IsControl(letter) || char.IsSurrogate(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }

        return literal.Append('"').ToString();
    }

    public static string Numbers(IEnumerable<double> values) => string.Join(", ", values.Select(Text));

    public static string Text(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.All(char.IsAsciiDigit) ? text + ".0" : text;
    }

    public static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Pair(Size2d size) => Invariant($"({size.Height}, {size.Width})");

    public static string Four(Padding2d padding) => Invariant($"({padding.Top}, {padding.Left}, {padding.Bottom}, {padding.Right})");

    public static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
