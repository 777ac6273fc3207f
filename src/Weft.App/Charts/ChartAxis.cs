namespace Weft.App;

/// <summary>Maps values to 0…1 along an axis and says where its ticks are.</summary>
internal sealed class ChartAxis
{
    private const double Padding = 0.05; // of the range, so that no curve runs along the frame
    private const int WantedTicks = 5;
    private const int MostLogTicks = 7;

    private readonly double _low;
    private readonly double _high;

    private ChartAxis(AxisScale scale, double low, double high) => (Scale, _low, _high) = (scale, low, high);

    public AxisScale Scale { get; }

    /// <summary>The axis's ends, in values.</summary>
    public (double Minimum, double Maximum) Range => Scale == AxisScale.Log ? (Math.Pow(10, _low), Math.Pow(10, _high)) : (_low, _high);

    /// <summary>An axis that ends exactly where it is told to.</summary>
    public static ChartAxis Exact(double minimum, double maximum) => new(AxisScale.Linear, minimum, maximum > minimum ? maximum : minimum + 1);

    /// <summary>
    /// An axis around all <paramref name="values"/>, with some room; values that are not finite, or not positive on a log scale, do not count.
    /// </summary>
    /// <param name="ceiling">What the room must not go beyond: 1 for shares.</param>
    public static ChartAxis Around(IEnumerable<double> values, AxisScale scale, double ceiling = double.PositiveInfinity)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (!Fits(value, scale))
                continue;
            var place = scale == AxisScale.Log ? Math.Log10(value) : value;
            (low, high) = (Math.Min(low, place), Math.Max(high, place));
        }

        if (low > high)
            return new ChartAxis(scale, 0, 1);
        if (low == high)
        {
            var room = scale == AxisScale.Log ? 0.3 : Math.Max(Math.Abs(low) * 0.1, 1e-9);
            return new ChartAxis(scale, low - room, high + room);
        }

        var pad = (high - low) * Padding;
        var floor = scale == AxisScale.Linear && low >= 0 ? 0 : double.NegativeInfinity; // nothing drawn here is negative unless the data are
        return new ChartAxis(scale, Math.Max(low - pad, floor), scale == AxisScale.Linear ? Math.Min(high + pad, Math.Max(ceiling, high)) : high + pad);
    }

    /// <summary>Whether a value has a place on an axis of this scale.</summary>
    public static bool Fits(double value, AxisScale scale) => double.IsFinite(value) && (scale == AxisScale.Linear || value > 0);

    /// <summary>0 at the axis's beginning, 1 at its end.</summary>
    public double Place(double value) => ((Scale == AxisScale.Log ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>Round values within the axis, and how far apart they are (0 on a log scale).</summary>
    public (IReadOnlyList<double> Values, double Step) Ticks() => Scale == AxisScale.Log ? (LogTicks(), 0) : LinearTicks();

    private (IReadOnlyList<double> Values, double Step) LinearTicks()
    {
        var rough = (_high - _low) / WantedTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { < 1.42 => 1, < 3.17 => 2, < 7.08 => 5, _ => 10 }; // the nearest by ratio: geometric means of neighbours
        var ticks = new List<double>();
        for (var number = (long)Math.Ceiling(_low / step - 1e-9); number * step <= _high + step * 1e-9; number++)
            ticks.Add(number * step);
        return (ticks, step);
    }

    private List<double> LogTicks()
    {
        if (_high - _low < 1)
            return LinearTicksOfLog();
        var ticks = Within(1, 2, 5);
        if (ticks.Count > MostLogTicks)
            ticks = Within(1);
        var every = (ticks.Count + MostLogTicks - 1) / MostLogTicks;
        return [.. ticks.Where((_, i) => i % every == 0)];
    }

    private List<double> Within(params double[] digits)
    {
        var (minimum, maximum) = Range;
        var ticks = new List<double>();
        for (var exponent = (int)Math.Floor(_low); exponent <= (int)Math.Ceiling(_high); exponent++)
            ticks.AddRange(digits.Select(digit => digit * Math.Pow(10, exponent)).Where(value => value >= minimum && value <= maximum));
        return ticks;
    }

    // Less than a factor of ten: round values of the linear kind say more.
    private List<double> LinearTicksOfLog()
    {
        var (minimum, maximum) = Range;
        return [.. new ChartAxis(AxisScale.Linear, minimum, maximum).Ticks().Values];
    }
}
