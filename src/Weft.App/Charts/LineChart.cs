using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Weft.App;

/// <summary>
/// Draws a <see cref="Chart"/> as an SVG that is as wide as the place it is put in: curves stretch, text and strokes keep their size. It needs no script; the
/// points' values lie in <c>data-hover</c> for pages that show them under the pointer. Colours and spaces come from <see cref="ChartStyle.Css"/>.
/// </summary>
public static class LineChart
{
    private const int Columns = 240; // a curve with more points than this is thinned to the extremes of each column
    private const int Units = 1000; // the inner coordinates of both axes

    /// <summary>A <c>figure</c> element with title, legend and plot. Texts in the chart are escaped.</summary>
    public static string ToSvg(Chart chart)
    {
        var drawn = chart.Series.Select(series => series with { Points = [.. series.Points.Where(point => !double.IsFinite(point.Y) || ChartAxis.Fits(point.Y, chart.YScale))] }).ToList();
        var all = drawn.SelectMany(series => series.Points).ToList();
        var text = new StringBuilder();
        text.Append("<figure class=\"chart\"><figcaption><span class=\"chart-title\">").Append(Html(chart.Title)).Append("</span>");
        if (chart.Note.Length > 0)
            text.Append("<span class=\"chart-note\">").Append(Html(chart.Note)).Append("</span>");
        Legend(text, chart);
        text.Append("</figcaption>");
        if (all.Any(point => double.IsFinite(point.Y)))
            Plot(text, chart, drawn, all);
        else
            text.Append("<p class=\"chart-empty\">").Append(chart.YScale == AxisScale.Log && chart.Series.Any(series => series.Points.Count > 0) ? "Nothing above zero to show on a log scale." : "No values yet.").Append("</p>");
        return text.Append("</figure>").ToString();
    }

    private static void Legend(StringBuilder text, Chart chart)
    {
        text.Append("<span class=\"chart-legend\">");
        foreach (var series in chart.Series.Where(series => series.InLegend))
        {
            text.Append(CultureInfo.InvariantCulture, $"<span class=\"chart-key{(series.IsDashed ? " dashed" : "")}{(series.IsFaint ? " faint" : "")} c{series.Color % ChartStyle.Colors}\">")
                .Append(Html(series.Name)).Append("</span>");
        }
        text.Append("</span>");
    }

    private static void Plot(StringBuilder text, Chart chart, List<ChartSeries> drawn, List<ChartPoint> all)
    {
        var x = ChartAxis.Exact(chart.XMinimum ?? all.Min(point => point.X), Math.Max(chart.XMaximum ?? double.NegativeInfinity, all.Max(point => point.X)));
        IEnumerable<double> extra = chart.YInclude is { } value ? [value] : [];
        var y = ChartAxis.Around(all.Select(point => point.Y).Concat(extra), chart.YScale, chart.YFormat == ValueFormat.Percent ? 1 : double.PositiveInfinity);
        var curves = drawn.Select(series => series with { Points = Thinning.PerColumn(series.Points, x, Columns) }).ToList();
        text.Append("<div class=\"chart-plot\" data-hover=\"").Append(Html(HoverData(chart, curves, x, y))).Append("\">");
        text.Append(CultureInfo.InvariantCulture, $"<svg width=\"100%\" height=\"{chart.Height}\" overflow=\"visible\" role=\"img\" aria-label=\"{Html(chart.Title)}\">");
        Grid(text, chart, x, y);
        text.Append(CultureInfo.InvariantCulture, $"<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 {Units} {Units}\" preserveAspectRatio=\"none\" overflow=\"visible\">");
        foreach (var series in curves.OrderBy(series => !series.IsFaint))
        {
            text.Append(CultureInfo.InvariantCulture, $"<path class=\"chart-line{(series.IsFaint ? " faint" : "")}{(series.IsDashed ? " dashed" : "")} c{series.Color % ChartStyle.Colors}\" fill=\"none\" vector-effect=\"non-scaling-stroke\" d=\"");
            Path(text, series.Points, x, y);
            text.Append("\"/>");
        }
        text.Append("</svg></svg></div>");
    }

    private static void Grid(StringBuilder text, Chart chart, ChartAxis x, ChartAxis y)
    {
        var (values, step) = y.Ticks();
        foreach (var tick in values)
        {
            var place = Percent(1 - y.Place(tick));
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"chart-grid\" x1=\"0\" x2=\"100%\" y1=\"{place}\" y2=\"{place}\"/>");
            text.Append(CultureInfo.InvariantCulture, $"<text class=\"chart-tick\" x=\"-8\" y=\"{place}\" dy=\"0.32em\" text-anchor=\"end\">{Html(ChartText.Tick(tick, step, chart.YFormat))}</text>");
        }

        (values, step) = x.Ticks();
        var isCounted = chart.XFormat is ValueFormat.Number or ValueFormat.Count; // epochs and the like: whole numbers only
        foreach (var tick in values.Where(tick => !isCounted || tick == Math.Floor(tick)))
        {
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"chart-grid\" x1=\"{Percent(x.Place(tick))}\" x2=\"{Percent(x.Place(tick))}\" y1=\"100%\" y2=\"100%\"/>");
            text.Append(CultureInfo.InvariantCulture, $"<text class=\"chart-tick\" x=\"{Percent(x.Place(tick))}\" y=\"100%\" dy=\"1.5em\" text-anchor=\"middle\">{Html(ChartText.Tick(tick, isCounted ? Math.Max(step, 1) : step, chart.XFormat))}</text>");
        }
        text.Append(CultureInfo.InvariantCulture, $"<line class=\"chart-axis\" x1=\"0\" x2=\"100%\" y1=\"100%\" y2=\"100%\"/><text class=\"chart-tick chart-xname\" x=\"100%\" y=\"100%\" dy=\"2.9em\" text-anchor=\"end\">{Html(chart.XName)}</text>");
    }

    private static void Path(StringBuilder text, IReadOnlyList<ChartPoint> points, ChartAxis x, ChartAxis y)
    {
        var isOpen = false;
        for (var i = 0; i < points.Count; i++)
        {
            var isThere = double.IsFinite(points[i].Y);
            if (isThere)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{x.Place(points[i].X) * Units:0.#} {(1 - y.Place(points[i].Y)) * Units:0.#}");
                if (!isOpen && (i + 1 == points.Count || !double.IsFinite(points[i + 1].Y)))
                    text.Append("h0"); // a point alone is drawn as a dot by the round ends of the stroke
            }
            isOpen = isThere;
        }
    }

    private static string HoverData(Chart chart, List<ChartSeries> curves, ChartAxis x, ChartAxis y) => JsonSerializer.Serialize(new
    {
        x = chart.XName,
        s = curves.Select(series => new
        {
            n = series.Name,
            c = series.Color % ChartStyle.Colors,
            f = series.IsFaint,
            p = series.Points.Select(point => Math.Round(x.Place(point.X), 4)),
            q = series.Points.Select(point => double.IsFinite(point.Y) ? Math.Round(1 - y.Place(point.Y), 3) : -1),
            t = series.Points.Select(point => chart.XFormat == ValueFormat.Number ? Math.Round(point.X, 2).ToString(CultureInfo.InvariantCulture) : ChartText.Value(point.X, chart.XFormat)),
            v = series.Points.Select(point => ChartText.Value(point.Y, chart.YFormat)),
        }),
    });

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
