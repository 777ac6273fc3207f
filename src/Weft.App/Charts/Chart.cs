namespace Weft.App;

/// <summary>What a line chart shows: curves, their axes, and what is written beside them. Drawn by <see cref="ChartFigure"/>.</summary>
public sealed record Chart(string Title, IReadOnlyList<ChartSeries> Series)
{
    /// <value>What X counts: "epoch". Default: none.</value>
    public string XName { get; init; } = "";

    /// <value>Default: a number, with ticks at whole ones.</value>
    public ValueFormat XFormat { get; init; } = ValueFormat.Number;

    public ValueFormat YFormat { get; init; } = ValueFormat.Number;

    public AxisScale YScale { get; init; } = AxisScale.Linear;

    /// <value>The left end of the X axis. Default: the smallest X.</value>
    public double? XMinimum { get; init; }

    /// <value>The right end of the X axis where it should reach farther than the points. Default: the largest X.</value>
    public double? XMaximum { get; init; }

    /// <value>A value the Y axis must include, such as 0. Default: none.</value>
    public double? YInclude { get; init; }

    /// <value>Of the plot itself, in CSS pixels; it is as wide as its container. Default: 220.</value>
    public int Height { get; init; } = 220;

    /// <value>A few words beside the title. Default: none.</value>
    public string Note { get; init; } = "";
}
