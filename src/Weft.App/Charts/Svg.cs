using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Weft.App;

/// <summary>
/// A drawing as markup. Whatever is put into it by interpolation is escaped, unless it is a drawing itself; numbers are written as SVG reads them.
/// </summary>
/// <remarks>Components cannot hold SVG's <c>text</c> element, which Razor takes for its own.</remarks>
internal readonly record struct Svg(string Markup)
{
    public static readonly Svg Nothing = new("");

    /// <summary>The drawing as a part of a component.</summary>
    public MarkupString Content => new(Markup);

    public static Svg Of(SvgHandler handler) => new(handler.ToString());

    public static Svg Join(IEnumerable<Svg> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <summary>Text from anywhere: no markup, no control characters, nothing that turns the direction of reading.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Printable.Escape(text));

    public override string ToString() => Markup;
}

/// <summary>Builds <see cref="Svg"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
internal readonly ref struct SvgHandler
{
    private readonly StringBuilder _text;

    public SvgHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + 16 * formattedCount);

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(Svg drawing) => _text.Append(drawing.Markup);

    public void AppendFormatted(string? text) => _text.Append(Svg.Escape(text ?? ""));

    public void AppendFormatted(char letter) => _text.Append(letter);

    public void AppendFormatted(int number) => _text.Append(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(double number, string? format = null) => _text.Append(number.ToString(format ?? "0.##", CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
