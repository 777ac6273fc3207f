using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weft.App;

/// <summary>
/// Makes a page of a component, once and without a connection: for the studio and for reports alike. Razor escapes texts; what it leaves of them that is not
/// printable, or turns the direction of reading, is shown as an escape sequence.
/// </summary>
internal static partial class PageRenderer
{
    private static readonly NoServices Services = new();

    /// <param name="component">The page, from its <c>html</c> element on.</param>
    /// <param name="parameters">Its parameters by their names.</param>
    public static async Task<string> Render(Type component, Dictionary<string, object?> parameters)
    {
        await using var renderer = new HtmlRenderer(Services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters))).ToHtmlString());
        return "<!DOCTYPE html>\n" + Entities().Replace(html, Printed) + "\n";
    }

    // Razor writes every letter beyond ASCII as an entity. Markup's own letters stay entities.
    private static string Printed(Match entity)
    {
        var number = int.Parse(entity.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return number is >= ' ' and < 0x7F ? entity.Value : Printable.Escape(char.ConvertFromUtf32(number));
    }

    [GeneratedRegex("&#x([0-9A-F]{1,6});")]
    private static partial Regex Entities();

    /// <summary>The components ask for nothing.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
