using System.Globalization;
using System.Net;
using System.Text;

namespace Weft.App;

/// <summary>A confusion matrix as a table, its cells shaded by share: it needs no script and reads well aloud.</summary>
public static class ConfusionChart
{
    private const int Shades = 9; // .s0 to .s8 in the style sheet

    /// <param name="counts">[label, prediction].</param>
    public static string ToHtml(IReadOnlyList<int> counts, IReadOnlyList<string> classes)
    {
        var size = classes.Count;
        if (counts.Count != size * size)
            return "";
        var text = new StringBuilder("<table class=\"confusion\"><thead><tr><th></th>");
        foreach (var name in classes)
            text.Append("<th scope=\"col\"><span>").Append(WebUtility.HtmlEncode(Printable.Escape(name))).Append("</span></th>");
        text.Append("</tr></thead><tbody>");
        for (var label = 0; label < size; label++)
        {
            text.Append("<tr><th scope=\"row\">").Append(WebUtility.HtmlEncode(Printable.Escape(classes[label]))).Append("</th>");
            var all = Math.Max(1, Enumerable.Range(0, size).Sum(prediction => counts[label * size + prediction]));
            for (var prediction = 0; prediction < size; prediction++)
            {
                var count = counts[label * size + prediction];
                var share = (double)count / all;
                // Mistakes are few: the root makes the difference between 1 % and 5 % visible.
                var shade = count == 0 ? 0 : Math.Clamp((int)Math.Ceiling(Math.Sqrt(share) * (Shades - 1)), 1, Shades - 1);
                text.Append(CultureInfo.InvariantCulture, $"<td class=\"s{shade}{(label == prediction ? " right" : "")}\" title=\"{count}\">{(count == 0 ? "" : (share * 100).ToString(share < 0.0995 ? "0.#" : "0", CultureInfo.InvariantCulture))}</td>");
            }
            text.Append("</tr>");
        }

        return text.Append("</tbody></table>").ToString();
    }
}
