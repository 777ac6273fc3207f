namespace Weft.App;

/// <summary>A value with its interval.</summary>
/// <param name="IsStrong">Drawn in colour; the others are grey.</param>
/// <param name="Text">The value as people read it.</param>
public sealed record IntervalRow(string Name, double Value, double Low, double High, bool IsStrong, string Text);

/// <summary>Values with their intervals, one under the other on a common axis, as SVG of the width of its place.</summary>
internal static class IntervalPlot
{
    private const int Row = 30; // as .interval-name is high
    private const int Foot = 26;

    /// <param name="band">A range drawn pale behind all rows, such as what counts as negligible.</param>
    /// <param name="format">How the axis writes its values.</param>
    /// <param name="label">Read aloud in place of the drawing.</param>
    public static Svg Draw(
        IReadOnlyList<IntervalRow> rows, double minimum, double maximum, (double Low, double High) band, ValueFormat format, string label)
    {
        var axis = ChartAxis.Exact(minimum, maximum);
        double At(double value) => axis.Place(Math.Clamp(value, minimum, maximum)) * 100;
        var height = rows.Count * Row;
        var (ticks, step) = axis.Ticks();
        var grid = Svg.Join(ticks.Select(tick => Svg.Of(
            $"""
            <line class="chart-grid" x1="{At(tick)}%" x2="{At(tick)}%" y1="0" y2="{height}"/>
            <text class="chart-tick" x="{At(tick)}%" y="{height + 16}" text-anchor="middle">{ChartText.Tick(tick, step, format)}</text>
            """)));
        var bars = Svg.Join(rows.Select((row, i) => (row, y: i * Row + Row / 2)).Select(item => Svg.Of(
            $"""
            <g class="{(item.row.IsStrong ? "strong" : "weak")}"><line class="whisker"
                x1="{At(item.row.Low)}%" x2="{At(item.row.High)}%" y1="{item.y}" y2="{item.y}"/>
            <circle cx="{At(item.row.Value)}%" cy="{item.y}" r="5"><title>{item.row.Text}</title></circle></g>
            """)));
        return Svg.Of(
            $"""
            <svg width="100%" height="{height + Foot}" overflow="visible" role="img" aria-label="{label}">
            <rect class="band" x="{At(band.Low)}%" width="{At(band.High) - At(band.Low)}%" y="0" height="{height}"/>{grid}{bars}</svg>
            """);
    }
}
