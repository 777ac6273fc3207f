using System.Globalization;
using System.Text;

namespace Weft.App;

/// <summary>An axis of parallel coordinates.</summary>
/// <param name="Name">What is written above it.</param>
/// <param name="Ticks">Where what is written below it.</param>
internal sealed record ParallelAxis(string Name, IReadOnlyList<(double Place, string Text)> Ticks);

/// <summary>A line of parallel coordinates, which crosses every axis once.</summary>
/// <param name="Id">Names it in the page, so that a link leads to it and makes it stand out.</param>
/// <param name="Title">What is said of it under the pointer.</param>
/// <param name="Places">On each axis, 0 to 1; NaN where it has none.</param>
/// <param name="Classes">Classes of the style sheet that give it its colour and its strokes.</param>
internal sealed record ParallelLine(string Id, string Title, IReadOnlyList<double> Places, string Classes);

/// <summary>
/// Parallel coordinates as an SVG of the width of its place. The axes lie one under the other, so that any number of them fits on a phone and every name has
/// room.
/// </summary>
internal static class ParallelChart
{
    private const int Row = 88; // from axis to axis
    private const int Top = 26; // above the first axis: its name
    private const int Foot = 24; // below the last: its ticks
    private const int Units = 1000;
    private const double NearEnd = 0.08; // a text this close to an end is not centred, so that it stays inside

    /// <param name="lines">The last ones are drawn over the others.</param>
    /// <param name="label">Read aloud in place of the drawing.</param>
    public static Svg Draw(IReadOnlyList<ParallelAxis> axes, IReadOnlyList<ParallelLine> lines, string label)
    {
        var height = Top + (axes.Count - 1) * Row + Foot;
        var across = Svg.Join(axes.Select((_, i) => Svg.Of($"<line class=\"chart-axis\" x1=\"0\" x2=\"100%\" y1=\"{Y(i)}\" y2=\"{Y(i)}\"/>")));
        var drawn = Svg.Join(lines.Select(line => Svg.Of(
            $"""
            <g class="parallel-line {line.Classes}" id="{line.Id}"><title>{line.Title}</title>
            <path class="chart-line" fill="none" vector-effect="non-scaling-stroke" d="{Path(line.Places)}"/></g>
            """)));
        return Svg.Of(
            $"""
            <svg class="parallel" width="100%" height="{height}" overflow="visible" role="img" aria-label="{label}">{across}
            <svg width="100%" height="{height}" viewBox="0 0 {Units} {height}" preserveAspectRatio="none" overflow="visible">{drawn}</svg>
            {Svg.Join(axes.Select((axis, i) => Texts(axis, Y(i))))}</svg>
            """);
    }

    private static int Y(int axis) => Top + axis * Row;

    private static Svg Texts(ParallelAxis axis, int y)
    {
        var ticks = Svg.Join(axis.Ticks.Select(tick => Svg.Of(
            $"""
            <line class="chart-axis" x1="{tick.Place * 100}%" x2="{tick.Place * 100}%" y1="{y - 3}" y2="{y + 3}"/>
            <text class="chart-tick over" x="{tick.Place * 100}%" y="{y + 16}" text-anchor="{Anchor(tick.Place)}">{tick.Text}</text>
            """)));
        return Svg.Of($"{ticks}<text class=\"parallel-name over\" x=\"0\" y=\"{y - 9}\">{axis.Name}</text>");
    }

    private static string Anchor(double place) => place < NearEnd ? "start" : place > 1 - NearEnd ? "end" : "middle";

    private static string Path(IReadOnlyList<double> places)
    {
        var text = new StringBuilder();
        var isOpen = false;
        for (var i = 0; i < places.Count; i++)
        {
            var isThere = double.IsFinite(places[i]);
            if (isThere)
                text.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{places[i] * Units:0.#} {Y(i)}");
            isOpen = isThere;
        }

        return text.ToString();
    }
}
