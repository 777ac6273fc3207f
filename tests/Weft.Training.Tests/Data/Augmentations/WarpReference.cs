namespace Weft.Training.Tests;

/// <summary>Slow and obvious: one pixel at a time, in double, point by point through each movement.</summary>
internal static class WarpReference
{
    /// <summary>The image seen through <paramref name="toSource"/>, bilinear, black around it, normalized.</summary>
    public static double[] Render(
        ReadOnlySpan<byte> source, FeatureShape shape, DatasetStatistics statistics, Func<(double X, double Y), (double X, double Y)> toSource)
    {
        var result = new double[shape.Length];
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var (sx, sy) = toSource((x, y));
                for (var c = 0; c < shape.Channels; c++)
                {
                    int left = (int)Math.Floor(sx), top = (int)Math.Floor(sy);
                    double fx = sx - left, fy = sy - top;
                    var value = (1 - fy) * ((1 - fx) * Pixel(source, shape, left, top, c) + fx * Pixel(source, shape, left + 1, top, c))
                        + fy * ((1 - fx) * Pixel(source, shape, left, top + 1, c) + fx * Pixel(source, shape, left + 1, top + 1, c));
                    result[(y * shape.Width + x) * shape.Channels + c] = (value - statistics.Mean[c]) / statistics.StandardDeviation[c];
                }
            }
        }

        return result;
    }

    public static (double X, double Y) Rotate((double X, double Y) point, FeatureShape shape, double degrees)
    {
        double angle = degrees / 180 * Math.PI, cx = (shape.Width - 1) / 2.0, cy = (shape.Height - 1) / 2.0;
        double dx = point.X - cx, dy = point.Y - cy;
        return (cx + dx * Math.Cos(angle) - dy * Math.Sin(angle), cy + dx * Math.Sin(angle) + dy * Math.Cos(angle));
    }

    private static double Pixel(ReadOnlySpan<byte> source, FeatureShape shape, int x, int y, int c) =>
        x < 0 || y < 0 || x >= shape.Width || y >= shape.Height ? 0 : source[(y * shape.Width + x) * shape.Channels + c] / 255.0;
}
