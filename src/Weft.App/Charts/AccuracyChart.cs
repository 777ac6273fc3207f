using Weft.Training;

namespace Weft.App;

/// <summary>Accuracies side by side, with their intervals and the published numbers: as lines of text and as SVG.</summary>
internal static class AccuracyChart
{
    private const int BarHeight = 26;
    private const int RowHeight = 44;
    private const int Left = 150;
    private const int Width = 760;
    private const int Right = 96;
    private const int Top = 64;

    public static IEnumerable<string> Lines(IReadOnlyList<AccuracyBar> bars, int width)
    {
        var start = AccuracyBar.AxisStart(bars);
        var label = Math.Min(24, bars.Max(bar => Printable.Escape(bar.Label).Length));
        var room = Math.Clamp(width - label - 12, 10, 80);
        foreach (var bar in bars)
        {
            var cells = new char[room];
            for (var i = 0; i < room; i++)
                cells[i] = i < At(bar.Accuracy) ? '█' : i >= At(bar.Interval.Low) && i <= At(bar.Interval.High) ? '─' : ' ';
            if (bar.Interval.High > bar.Accuracy)
                cells[Math.Min(At(bar.Interval.High), room - 1)] = '┤';
            if (bar.Published is { } published)
                cells[Math.Min(At(published), room - 1)] = '◆';
            var name = Printable.Escape(bar.Label);
            yield return $"{(name.Length > label ? name[..label] : name).PadRight(label)} │{new string(cells)} {Figures.Percent(bar.Accuracy)}";
        }

        yield return $"{new string(' ', label)} └{new string('─', room)}";
        yield return $"{new string(' ', label)}  {Figures.Percent(start, 0)}{"100 %".PadLeft(room - Figures.Percent(start, 0).Length)}";
        if (bars.Any(bar => bar.Published is not null))
            yield return $"{new string(' ', label)}  ─┤ 95 % interval   ◆ the study's number";

        int At(double value) => Math.Clamp((int)Math.Round((value - start) / (1 - start) * room), 0, room);
    }

    /// <summary>A file of its own: no script, no font from elsewhere, readable on light and on dark ground.</summary>
    public static string File(IReadOnlyList<AccuracyBar> bars, string title) => Draw(bars, title, new Svg($"<style>{ChartStyle.Css}</style>")).Markup + "\n";

    /// <summary>A part of a page that has <see cref="ChartStyle.Css"/>.</summary>
    public static Svg Draw(IReadOnlyList<AccuracyBar> bars, string title) => Draw(bars, title, Svg.Nothing);

    private static Svg Draw(IReadOnlyList<AccuracyBar> bars, string title, Svg style)
    {
        var axis = ChartAxis.Exact(AccuracyBar.AxisStart(bars), 1);
        var (ticks, step) = axis.Ticks();
        double X(double value) => Math.Round(Left + Math.Clamp(axis.Place(value), 0, 1) * (Width - Right - Left), 1);
        var (height, bottom) = (Top + bars.Count * RowHeight + 56, Top + bars.Count * RowHeight);
        var grid = Svg.Join(ticks.Select(tick => Svg.Of(
            $"""
            <line class="chart-grid" x1="{X(tick)}" x2="{X(tick)}" y1="{Top - 8}" y2="{bottom}"/>
            <text class="soft" x="{X(tick)}" y="{bottom + 18}" text-anchor="middle">{ChartText.Tick(tick, step, ValueFormat.Percent)}</text>
            """)));
        var rows = Svg.Join(bars.Select((bar, i) => Row(bar, Top + i * RowHeight, X)));
        var study = bars.Any(bar => bar.Published is not null) ? "; orange: the study’s number" : "";
        return Svg.Of(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" class="accuracies" viewBox="0 0 {Width} {height}"
                font-family="system-ui, sans-serif" font-size="14" role="img">{style}
            <title>{title}</title><rect class="chart-ground" width="{Width}" height="{height}"/>
            <text x="16" y="30" font-size="17" font-weight="600">{title}</text>{grid}{rows}
            <text class="soft" x="16"
                y="{height - 10}">whiskers: 95 % interval of one run{study}; the axis begins at {Figures.Percent(axis.Range.Minimum, 0)}</text></svg>
            """);
    }

    private static Svg Row(AccuracyBar bar, int y, Func<double, double> x)
    {
        var (middle, low, high) = (y + BarHeight / 2, x(bar.Interval.Low), x(bar.Interval.High));
        var mark = bar.Published is { } published ? Svg.Of($"<path class=\"mark\" d=\"M{x(published)} {y - 3}V{y + BarHeight + 3}\"/>") : Svg.Nothing;
        return Svg.Of(
            $"""
            <text x="{Left - 10}" y="{middle + 5}" text-anchor="end">{bar.Label}</text>
            <rect class="bar" x="{Left}" y="{y}" width="{Math.Max(0, x(bar.Accuracy) - Left)}" height="{BarHeight}"/>
            <path class="span" d="M{low} {middle}H{high}M{low} {middle - 5}v10M{high} {middle - 5}v10"/>{mark}
            <text x="{Width - Right + 12}" y="{middle + 5}" font-weight="600">{Figures.Percent(bar.Accuracy)}</text>
            """);
    }
}
