using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Weft.App;

/// <summary>Markup. Whatever is put into it by interpolation is escaped, unless it is markup itself.</summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html Nothing = new("");

    public static Html Of(HtmlHandler handler) => new(handler.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <summary>Text from anywhere: no markup, no control characters, nothing that turns the direction of reading. A per cent sign stays with its number.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Printable.Escape(text).Replace(" %", "\u00a0%", StringComparison.Ordinal));

    public override string ToString() => Markup;
}

/// <summary>Builds <see cref="Html"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler
{
    private readonly StringBuilder _text;

    public HtmlHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + 16 * formattedCount);

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(Html markup) => _text.Append(markup.Markup);

    public void AppendFormatted(string? text) => _text.Append(Html.Escape(text ?? ""));

    public void AppendFormatted(int number) => _text.Append(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
