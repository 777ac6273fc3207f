namespace Weft.App;

/// <summary>Makes a trend visible in a noisy curve.</summary>
internal static class Smoothing
{
    /// <summary>
    /// Exponential moving average without bias at the beginning: s_t = w·s_(t−1) + (1−w)·y_t, shown as s_t / (1 − w^t) with s_0 = 0.
    /// </summary>
    /// <param name="weight">w, 0 (nothing changes) up to but not 1.</param>
    /// <returns>As many points with the same X. Values that are not finite stay as they are and count for nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is outside [0, 1).</exception>
    public static IReadOnlyList<ChartPoint> Exponential(IReadOnlyList<ChartPoint> points, double weight)
    {
        if (weight is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "expected a weight in [0, 1)");
        if (weight == 0)
            return points;
        var smooth = new ChartPoint[points.Count];
        var (sum, share) = (0.0, 1.0);
        for (var i = 0; i < points.Count; i++)
        {
            smooth[i] = points[i];
            if (!double.IsFinite(points[i].Y))
                continue;
            sum = weight * sum + (1 - weight) * points[i].Y;
            share *= weight;
            smooth[i] = points[i] with { Y = sum / (1 - share) };
        }

        return smooth;
    }
}
