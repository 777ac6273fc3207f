namespace Weft.App;

/// <summary>A line chart in text: values at the left, what X counts below, the newest value of each curve beside its name.</summary>
internal static class TerminalChart
{
    private const int LabelWidth = 8;

    /// <summary>The most curves a chart tells apart.</summary>
    public static readonly IReadOnlyList<Tone> Tones = [Tone.First, Tone.Second];

    /// <param name="width">Columns, at least 24.</param>
    /// <param name="rows">Lines of the drawing itself; three more are needed around it.</param>
    public static IReadOnlyList<StyledLine> Lines(Chart chart, int width, int rows)
    {
        var canvas = new DotCanvas(width - LabelWidth - 2, rows);
        var points = chart.Series.SelectMany(series => series.Points).Where(point => double.IsFinite(point.Y)).ToList();
        var x = ChartAxis.Exact(chart.XMinimum ?? 0, Math.Max(chart.XMaximum ?? 0, points.Select(point => point.X).DefaultIfEmpty(1).Max()));
        var y = ChartAxis.Around(points.Select(point => point.Y), AxisScale.Linear, chart.YFormat == ValueFormat.Percent ? 1 : double.PositiveInfinity);
        foreach (var (series, i) in chart.Series.Select((series, i) => (series, i)))
            Draw(canvas, series, Tones[i % Tones.Count], x, y);

        var lines = new List<StyledLine> { Head(chart, width) };
        var (minimum, maximum) = y.Range;
        for (var row = 0; row < rows; row++)
        {
            var label = points.Count == 0 ? "" : row == 0 ? Label(maximum, chart) : row == rows - 1 ? Label(minimum, chart) : "";
            lines.Add(new StyledLine([(label.PadLeft(LabelWidth) + (label.Length > 0 ? " ┤" : " │"), Tone.Quiet), .. canvas.Row(row)]));
        }

        lines.Add(new StyledLine(new string(' ', LabelWidth) + " └" + new string('─', width - LabelWidth - 2), Tone.Quiet));
        var last = ChartText.Tick(x.Range.Maximum, 1, chart.XFormat);
        lines.Add(new StyledLine(new string(' ', LabelWidth + 2) + "0" + $"{chart.XName} {last}".PadLeft(width - LabelWidth - 3), Tone.Quiet));
        return lines;
    }

    /// <summary>Two charts beside each other; their lines must be as many.</summary>
    public static IReadOnlyList<StyledLine> Beside(IReadOnlyList<StyledLine> left, IReadOnlyList<StyledLine> right, int column) =>
        [.. left.Zip(right, (a, b) => new StyledLine([.. a.Pieces, (new string(' ', Math.Max(1, column - a.Length)), Tone.Plain), .. b.Pieces]))];

    private static StyledLine Head(Chart chart, int width)
    {
        var pieces = new List<(string Text, Tone Tone)> { (chart.Title, Tone.Plain) };
        foreach (var (series, i) in chart.Series.Select((series, i) => (series, i)))
        {
            var value = series.Points.LastOrDefault(point => double.IsFinite(point.Y), new ChartPoint(0, double.NaN)).Y;
            var text = $"  {(series.IsDashed ? "┄" : "─")} {series.Name} {(double.IsNaN(value) ? "–" : ChartText.Value(value, chart.YFormat))}";
            if (pieces.Sum(piece => piece.Text.Length) + text.Length < width)
                pieces.Add((text, Tones[i % Tones.Count]));
        }
        return new StyledLine([.. pieces]);
    }

    private static void Draw(DotCanvas canvas, ChartSeries series, Tone tone, ChartAxis x, ChartAxis y)
    {
        (double X, double Y)? before = null;
        foreach (var point in series.Points)
        {
            (double X, double Y)? here = double.IsFinite(point.Y)
                ? (x.Place(point.X) * (canvas.Width - 1), (1 - y.Place(point.Y)) * (canvas.Height - 1)) : null;
            if (here is { } to)
                canvas.Line(before ?? to, to, tone, series.IsDashed && before is not null);
            before = here;
        }
    }

    private static string Label(double value, Chart chart) =>
        chart.YFormat == ValueFormat.Percent ? Figures.Percent(value, 0) : value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
}
