using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weft.App;

/// <summary>
/// Draws the plot of a <see cref="Chart"/> as an SVG that is as wide as the place it is put in: curves stretch, text and strokes keep their size. It needs no
/// script. Colours and spaces come from <see cref="ChartStyle.Css"/>; <see cref="ChartFigure"/> adds title and legend.
/// </summary>
internal static class LineChart
{
    private const int Columns = 240; // a curve with more points than this is thinned to the extremes of each column
    private const int Units = 1000; // the inner coordinates of both axes

    /// <summary>The classes of what is drawn for a curve: its colour, and whether it is faint or dashed.</summary>
    public static string Classes(ChartSeries series) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{(series.IsDashed ? "dashed " : "")}{(series.IsFaint ? "faint " : "")}c{series.Color % ChartStyle.Colors}");

    /// <param name="withValues">Whether the points' values lie in <c>data-hover</c>, for a page whose script shows them under the pointer.</param>
    /// <returns>Nothing where no point has a place on the axes.</returns>
    public static Svg Plot(Chart chart, bool withValues)
    {
        var drawn = chart.Series
            .Select(series => series with { Points = [.. series.Points.Where(point => !double.IsFinite(point.Y) || ChartAxis.Fits(point.Y, chart.YScale))] })
                .ToList();
        var all = drawn.SelectMany(series => series.Points).ToList();
        if (!all.Any(point => double.IsFinite(point.Y)))
            return Svg.Nothing;
        var x = ChartAxis.Exact(chart.XMinimum ?? all.Min(point => point.X), Math.Max(chart.XMaximum ?? double.NegativeInfinity, all.Max(point => point.X)));
        IEnumerable<double> extra = chart.YInclude is { } value ? [value] : [];
        var y = ChartAxis.Around(all.Select(point => point.Y).Concat(extra), chart.YScale, chart.YFormat == ValueFormat.Percent ? 1 : double.PositiveInfinity);
        var curves = drawn.Select(series => series with { Points = Thinning.PerColumn(series.Points, x, Columns) }).ToList();
        var values = withValues ? Svg.Of($" data-hover=\"{HoverData(chart, curves, x, y)}\"") : Svg.Nothing;
        var lines = Svg.Join(curves.OrderBy(series => !series.IsFaint).Select(series => Svg.Of(
            $"<path class=\"chart-line {Classes(series)}\" fill=\"none\" vector-effect=\"non-scaling-stroke\" d=\"{Path(series.Points, x, y)}\"/>")));
        return Svg.Of(
            $"""
            <div class="chart-plot"{values}><svg width="100%" height="{chart.Height}" overflow="visible"
                role="img" aria-label="{chart.Title}">{Grid(chart, x, y)}
            <svg width="100%" height="100%" viewBox="0 0 {Units} {Units}" preserveAspectRatio="none" overflow="visible">{lines}</svg></svg></div>
            """);
    }

    private static Svg Grid(Chart chart, ChartAxis x, ChartAxis y)
    {
        var (rows, height) = y.Ticks();
        var across = Svg.Join(rows.Select(tick => (Place: Percent(1 - y.Place(tick)), Text: ChartText.Tick(tick, height, chart.YFormat))).Select(tick => Svg.Of(
            $"""
            <line class="chart-grid" x1="0" x2="100%" y1="{tick.Place}" y2="{tick.Place}"/>
            <text class="chart-tick" x="-8" y="{tick.Place}" dy="0.32em" text-anchor="end">{tick.Text}</text>
            """)));
        var (columns, width) = x.Ticks();
        var isCounted = chart.XFormat is ValueFormat.Number or ValueFormat.Count; // epochs and the like: whole numbers only
        var step = isCounted ? Math.Max(width, 1) : width;
        var below = Svg.Join(columns.Where(tick => !isCounted || tick == Math.Floor(tick)).Select(tick => Svg.Of(
            $"<text class=\"chart-tick\" x=\"{Percent(x.Place(tick))}\" y=\"100%\" dy=\"1.5em\" "
                + $"text-anchor=\"middle\">{ChartText.Tick(tick, step, chart.XFormat)}</text>")));
        return Svg.Of(
            $"""
            {across}{below}<line class="chart-axis" x1="0" x2="100%" y1="100%" y2="100%"/>
            <text class="chart-tick chart-xname" x="100%" y="100%" dy="2.9em" text-anchor="end">{chart.XName}</text>
            """);
    }

    private static string Path(IReadOnlyList<ChartPoint> points, ChartAxis x, ChartAxis y)
    {
        var text = new StringBuilder();
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

        return text.ToString();
    }

    private static string HoverData(Chart chart, List<ChartSeries> curves, ChartAxis x, ChartAxis y) => JsonSerializer.Serialize(
        new HoverDocument(chart.XName, [.. curves.Select(series => new HoverCurve(
            series.Name,
            series.Color % ChartStyle.Colors,
            series.IsFaint,
            [.. series.Points.Select(point => Math.Round(x.Place(point.X), 4))],
            [.. series.Points.Select(point => double.IsFinite(point.Y) ? Math.Round(1 - y.Place(point.Y), 3) : -1)],
            [.. series.Points.Select(point => chart.XFormat == ValueFormat.Number
                ? Math.Round(point.X, 2).ToString(CultureInfo.InvariantCulture) : ChartText.Value(point.X, chart.XFormat))],
            [.. series.Points.Select(point => ChartText.Value(point.Y, chart.YFormat))]))]),
        DocumentJson.Default.HoverDocument);

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
