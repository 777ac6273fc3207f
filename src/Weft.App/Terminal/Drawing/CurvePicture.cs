namespace Weft.App;

/// <summary>A curve drawn with characters: the lowest and highest value at the left, the ends of the horizontal axis below.</summary>
internal static class CurvePicture
{
    /// <param name="points">Horizontal and vertical, in order.</param>
    /// <param name="width">Columns in all.</param>
    /// <param name="height">Lines of the curve.</param>
    /// <param name="horizontal">Writes the ends of the axis.</param>
    /// <param name="vertical">Writes the lowest and the highest value.</param>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<(double X, double Y)> points, int width, int height, Func<double, string> horizontal, Func<double, string> vertical)
    {
        if (points.Count == 0)
            return [];
        var (left, right) = (points[0].X, points[^1].X);
        var (bottom, top) = (points.Min(point => point.Y), points.Max(point => point.Y));
        var label = Math.Max(vertical(bottom).Length, vertical(top).Length);
        var columns = Math.Max(10, width - label - 2);
        var cells = new char[height][];
        for (var row = 0; row < height; row++)
            cells[row] = [.. Enumerable.Repeat(' ', columns)];
        foreach (var (x, y) in points)
            cells[Place(top, bottom, y, height)][Place(left, right, x, columns)] = '•';
        var lines = cells.Select(
            (row, i) => $"{(i == 0 ? vertical(top) : i == height - 1 ? vertical(bottom) : "").PadLeft(label)} │{new string(row)}".TrimEnd()).ToList();
        lines.Add($"{new string(' ', label)} └{new string('─', columns)}");
        lines.Add($"{new string(' ', label)}  {horizontal(left)}{horizontal(right).PadLeft(columns - horizontal(left).Length)}");
        return lines;
    }

    private static int Place(double first, double last, double value, int count) =>
        first == last ? 0 : Math.Clamp((int)Math.Round((value - first) / (last - first) * (count - 1)), 0, count - 1);
}
