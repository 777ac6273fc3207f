using System.Globalization;
using System.Text;

namespace Weft.App;

/// <summary>A curve as small as a word, for a row of a table.</summary>
internal static class SparkChart
{
    private const int Width = 96;
    private const int Height = 22;
    private const int Room = 2; // for the stroke
    private const int MostPoints = 64;

    /// <summary>An SVG of <paramref name="values"/> between their own extremes; empty for none. Values that are not finite are left out.</summary>
    public static Svg Draw(IReadOnlyList<double> values)
    {
        var every = Math.Max(1, values.Count / MostPoints);
        var shown = values.Where((value, i) => double.IsFinite(value) && (i % every == 0 || i == values.Count - 1)).ToList();
        if (shown.Count == 0)
            return Svg.Nothing;
        var (low, high) = (shown.Min(), shown.Max());
        var path = new StringBuilder();
        for (var i = 0; i < shown.Count; i++)
        {
            var x = shown.Count == 1 ? Width : Room + i * (Width - 2.0 * Room) / (shown.Count - 1);
            var y = high > low ? Height - Room - (shown[i] - low) / (high - low) * (Height - 2 * Room) : Height / 2.0;
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{x:0.#} {y:0.#}");
        }

        path.Append(shown.Count == 1 ? "h0" : "");
        return Svg.Of($"<svg class=\"spark\" width=\"{Width}\" height=\"{Height}\" aria-hidden=\"true\"><path class=\"chart-line c0\" fill=\"none\" "
            + $"d=\"{path.ToString()}\"/></svg>");
    }
}
