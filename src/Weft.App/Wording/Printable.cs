using System.Globalization;
using System.Text;

namespace Weft.App;

/// <summary>Text from outside (file names, run names, metadata) as it may be shown: nothing in it can move the cursor or pretend to be another line.</summary>
internal static class Printable
{
    /// <summary>Control, format and bidirectional characters and lone surrogates as <c>\n</c>, <c>\t</c> or <c>\u202E</c>; all else as it is.</summary>
    public static string Escape(string text)
    {
        if (text.All(letter => letter is >= ' ' and < '\x7f'))
            return text;
        var shown = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                shown.Append(text[i]).Append(text[++i]);
                continue;
            }
            shown.Append(text[i] switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                var letter when Misleads(letter) => $"\\u{(int)letter:X4}",
                var letter => letter.ToString(),
            });
        }
        return shown.ToString();
    }

    private static bool Misleads(char letter) => char.GetUnicodeCategory(letter)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
