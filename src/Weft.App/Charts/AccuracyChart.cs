using System.Globalization;
using System.Text;
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

    /// <summary>A picture of its own: no script, no font from elsewhere, readable on light and on dark ground.</summary>
    public static string Svg(IReadOnlyList<AccuracyBar> bars, string title)
    {
        var start = AccuracyBar.AxisStart(bars);
        var height = Top + bars.Count * RowHeight + 56;
        var svg = new StringBuilder();
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"14\" role=\"img\">");
        Add($"<title>{Escape(title)}</title><rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        Add($"<text x=\"16\" y=\"30\" font-size=\"17\" font-weight=\"600\" fill=\"#1b1f24\">{Escape(title)}</text>");
        var bottom = Top + bars.Count * RowHeight;
        foreach (var tick in Ticks(start))
        {
            Add($"<line x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{Top - 8}\" y2=\"{bottom}\" stroke=\"#d8dee4\"/>");
            Add($"<text x=\"{X(tick):F1}\" y=\"{bottom + 18}\" text-anchor=\"middle\" fill=\"#57606a\">{tick * 100:0.#} %</text>");
        }

        for (var i = 0; i < bars.Count; i++)
        {
            var (bar, y) = (bars[i], Top + i * RowHeight);
            var middle = y + BarHeight / 2;
            Add($"<text x=\"{Left - 10}\" y=\"{middle + 5}\" text-anchor=\"end\" fill=\"#1b1f24\">{Escape(bar.Label)}</text>");
            Add($"<rect x=\"{Left}\" y=\"{y}\" width=\"{Math.Max(0, X(bar.Accuracy) - Left):F1}\" height=\"{BarHeight}\" fill=\"#2f6f9f\"/>");
            Add($"<path d=\"M{X(bar.Interval.Low):F1} {middle}H{X(bar.Interval.High):F1}M{X(bar.Interval.Low):F1} {middle - 5}v10M{X(bar.Interval.High):F1} {middle - 5}v10\" stroke=\"#1b1f24\" stroke-width=\"1.6\" fill=\"none\"/>");
            if (bar.Published is { } published)
                Add($"<path d=\"M{X(published):F1} {y - 3}V{y + BarHeight + 3}\" stroke=\"#d1691c\" stroke-width=\"3\"/>");
            Add($"<text x=\"{Width - Right + 12}\" y=\"{middle + 5}\" font-weight=\"600\" fill=\"#1b1f24\">{Figures.Percent(bar.Accuracy)}</text>");
        }

        Add($"<text x=\"16\" y=\"{height - 10}\" fill=\"#57606a\">whiskers: 95 % interval of one run{(bars.Any(bar => bar.Published is not null) ? "; orange: the study&#8217;s number" : "")}; the axis begins at {start * 100:0.#} %</text>");
        Add($"</svg>");
        return svg.ToString();

        double X(double value) => Left + Math.Clamp((value - start) / (1 - start), 0, 1) * (Width - Right - Left);

        void Add(FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static IEnumerable<double> Ticks(double start)
    {
        var step = start >= 0.85 ? 0.02 : start >= 0.6 ? 0.05 : 0.1;
        for (var i = (int)Math.Ceiling(start / step - 1e-9); i * step <= 1 + 1e-9; i++)
            yield return i * step;
    }

    private static string Escape(string text) => Printable.Escape(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;");
}
