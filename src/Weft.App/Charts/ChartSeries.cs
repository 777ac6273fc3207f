namespace Weft.App;

/// <summary>A point of a curve. A <paramref name="Y"/> that is not finite is a gap.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>One curve of a chart.</summary>
/// <param name="Color">0…7: one of the palette in <see cref="ChartStyle.Css"/>, which differs on light and dark ground.</param>
/// <param name="Points">In the order of X.</param>
public sealed record ChartSeries(string Name, int Color, IReadOnlyList<ChartPoint> Points)
{
    /// <value>Drawn thin and pale, behind the others: what a smoothed curve was made from. Default: false.</value>
    public bool IsFaint { get; init; }

    /// <value>Default: false.</value>
    public bool IsDashed { get; init; }

    /// <value>Whether it has an entry in the legend. Default: true.</value>
    public bool InLegend { get; init; } = true;
}

/// <summary>How an axis divides its range.</summary>
public enum AxisScale
{
    Linear = 0,

    /// <summary>Values that are not positive have no place on it and are left out.</summary>
    Log = 1,
}

/// <summary>How an axis and the hover values write a number.</summary>
public enum ValueFormat
{
    /// <summary>A decimal fraction such as 0.1234.</summary>
    Number = 0,

    /// <summary>92.41 %, of a ratio in 0…1.</summary>
    Percent = 1,

    /// <summary>3E-05 or 0.001: three digits, for learning rates.</summary>
    Rate = 2,

    /// <summary>A whole number with thousands separated: 12,345.</summary>
    Count = 3,

    /// <summary>1.4 GB, of bytes.</summary>
    Bytes = 4,

    /// <summary>1:02:03, of seconds.</summary>
    Duration = 5,
}
