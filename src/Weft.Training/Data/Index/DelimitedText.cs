using System.Text;

namespace Weft.Training;

/// <summary>Reads a table as text (RFC 4180): fields with a separator between them, in quotation marks where they hold one.</summary>
internal static class DelimitedText
{
    /// <summary>The rows of a text, one after the other; empty lines are none.</summary>
    /// <exception cref="FormatException">A quotation mark has no end, or something follows it; the message says in which line.</exception>
    public static IEnumerable<string[]> Rows(string text, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var line = 1;
        for (var at = 0; at < text.Length;)
        {
            var wasQuoted = text[at] == '"';
            at = wasQuoted ? Quoted(text, at, separator, field, ref line) : Plain(text, at, separator, field);
            fields.Add(field.ToString());
            field.Clear();
            if (at < text.Length && text[at] == separator)
            {
                at++;
                if (at < text.Length)
                    continue;
                fields.Add(""); // the text ends after a separator
            }

            if (at < text.Length && text[at] == '\r')
                at++;
            if (at < text.Length && text[at] == '\n')
                at++;
            line++;
            if (fields is not [{ Length: 0 }] || wasQuoted)
                yield return [.. fields];
            fields.Clear();
        }
    }

    private static int Plain(string text, int at, char separator, StringBuilder field)
    {
        var end = at;
        while (end < text.Length && text[end] != separator && text[end] is not ('\r' or '\n'))
            end++;
        field.Append(text, at, end - at);
        return end;
    }

    private static int Quoted(string text, int at, char separator, StringBuilder field, ref int line)
    {
        var start = line;
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                if (at + 1 >= text.Length || text[at + 1] == separator || text[at + 1] is '\r' or '\n')
                    return at + 1;
                if (text[at + 1] != '"')
                    throw new FormatException($"line {line:N0}: a quotation mark within a field stands alone");
                at++;
            }

            line += text[at] == '\n' ? 1 : 0;
            field.Append(text[at]);
        }

        throw new FormatException($"line {start:N0}: a quotation mark has no end");
    }
}
