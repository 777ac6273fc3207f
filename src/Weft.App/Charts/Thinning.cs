namespace Weft.App;

/// <summary>Leaves out points of a curve that no screen can show.</summary>
internal static class Thinning
{
    /// <summary>
    /// Per column of the plot the lowest and the highest point, and the curve's two ends: what is drawn covers the same pixels. Curves with few points stay as
    /// they are.
    /// </summary>
    public static IReadOnlyList<ChartPoint> PerColumn(IReadOnlyList<ChartPoint> points, ChartAxis x, int columns)
    {
        if (points.Count <= 2 * columns)
            return points;
        var kept = new List<ChartPoint>(columns * 2);
        for (var from = 0; from < points.Count;)
        {
            var column = Column(points[from], x, columns);
            var (to, lowest, highest) = (from, from, from);
            for (; to < points.Count && Column(points[to], x, columns) == column; to++)
            {
                lowest = points[to].Y < points[lowest].Y ? to : lowest;
                highest = points[to].Y > points[highest].Y ? to : highest;
            }

            if (from == 0 && lowest > 0 && highest > 0)
                kept.Add(points[0]);
            kept.Add(points[Math.Min(lowest, highest)]);
            if (lowest != highest)
                kept.Add(points[Math.Max(lowest, highest)]);
            from = to;
        }

        if (kept[^1].X < points[^1].X)
            kept.Add(points[^1]);
        return kept;
    }

    private static int Column(ChartPoint point, ChartAxis x, int columns) => (int)Math.Clamp(x.Place(point.X) * columns, 0, columns - 1);
}
