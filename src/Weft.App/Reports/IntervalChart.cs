using System.Globalization;

namespace Weft.App;

/// <param name="Strong">Drawn in colour; the others are grey.</param>
internal sealed record IntervalRow(string Name, double Value, double Low, double High, bool Strong, string Text);

/// <summary>Values with their intervals, one under the other on a common axis, as SVG of the width of its place.</summary>
internal static class IntervalChart
{
    private const int Row = 30;
    private const int Foot = 26;

    /// <param name="band">A range drawn pale behind all rows, such as what counts as negligible.</param>
    public static Html Draw(IReadOnlyList<IntervalRow> rows, double minimum, double maximum, IReadOnlyList<double> ticks, Func<double, string> write, (double Low, double High)? band = null)
    {
        string At(double value) => ((Math.Clamp(value, minimum, maximum) - minimum) / (maximum - minimum) * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
        string Across(double from, double to) => ((Math.Clamp(to, minimum, maximum) - Math.Clamp(from, minimum, maximum)) / (maximum - minimum) * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
        var height = rows.Count * Row;
        var grid = Html.Join(ticks.Select(tick => Html.Of($"<line class=\"chart-grid\" x1=\"{At(tick)}\" x2=\"{At(tick)}\" y1=\"0\" y2=\"{height}\"/><text class=\"chart-tick\" x=\"{At(tick)}\" y=\"{height + 16}\" text-anchor=\"middle\">{write(tick)}</text>")));
        var pale = band is { } range ? Html.Of($"<rect class=\"band\" x=\"{At(range.Low)}\" width=\"{Across(range.Low, range.High)}\" y=\"0\" height=\"{height}\"/>") : Html.Nothing;
        var bars = Html.Join(rows.Select((row, i) => (row, y: i * Row + Row / 2)).Select(item => Html.Of(
            $"<g class=\"{(item.row.Strong ? "strong" : "weak")}\"><line class=\"whisker\" x1=\"{At(item.row.Low)}\" x2=\"{At(item.row.High)}\" y1=\"{item.y}\" y2=\"{item.y}\"/><circle cx=\"{At(item.row.Value)}\" cy=\"{item.y}\" r=\"5\"><title>{item.row.Text}</title></circle></g>")));
        var names = Html.Join(rows.Select(row => Html.Of($"<div class=\"interval-name\"><b>{row.Name}</b> <span>{row.Text}</span></div>")));
        return Html.Of($"<div class=\"intervals\"><div class=\"interval-names\">{names}</div><div class=\"interval-plot\"><svg width=\"100%\" height=\"{height + Foot}\" overflow=\"visible\" role=\"img\" aria-label=\"values with 95 % intervals\">{pale}{grid}{bars}</svg></div></div>");
    }
}
