using System.Globalization;

namespace Weft.App;

/// <summary>How charts write numbers.</summary>
internal static class ChartText
{
    /// <summary>A value as hover shows it.</summary>
    public static string Value(double value, ValueFormat format) => !double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : format switch
    {
        ValueFormat.Percent => Figures.Percent(value),
        ValueFormat.Rate => Figures.Rate(value),
        ValueFormat.Count => Figures.Count(value),
        ValueFormat.Bytes => Figures.Bytes(value),
        ValueFormat.Duration => Figures.Duration(TimeSpan.FromSeconds(value)),
        _ => Figures.Loss(value),
    };

    /// <summary>A value as it stands at a tick, with no more digits than ticks <paramref name="step"/> apart need.</summary>
    public static string Tick(double value, double step, ValueFormat format) => format switch
    {
        ValueFormat.Percent => Fixed(value * 100, step * 100) + " %",
        ValueFormat.Number when value == 0 || Math.Abs(value) is >= 1e-4 and < 1e6 => Fixed(value, step),
        ValueFormat.Number or ValueFormat.Rate => Figures.Rate(value),
        ValueFormat.Bytes => Figures.Bytes(value).Replace(".0 ", " ", StringComparison.Ordinal),
        _ => Value(value, format),
    };

    private static string Fixed(double value, double step) => step <= 0
        ? value.ToString("G3", CultureInfo.InvariantCulture)
        : value.ToString("F" + Math.Clamp(-(int)Math.Floor(Math.Log10(step) + 1e-9), 0, 9), CultureInfo.InvariantCulture);
}
