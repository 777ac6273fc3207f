using System.Globalization;

namespace Weft.Training;

/// <summary>A number that is searched for.</summary>
/// <param name="Distribution">What a random draw has before it is rounded.</param>
/// <param name="Step">Draws are rounded to multiples of it; null: they are not.</param>
/// <param name="IsInteger">Whether a configuration writes a whole number; then every whole number from the lowest to the highest of a uniform distribution
/// without a step is as likely.</param>
internal sealed record NumericParameter(string Key, SearchDistribution Distribution, double? Step = null, bool IsInteger = false) : SearchParameter(Key)
{
    /// <summary>The distance of neighbouring values; null: there is none.</summary>
    public double? Grain => Step ?? (IsInteger ? 1 : null);

    public override long? Count
    {
        get
        {
            var (low, high) = Distribution.Bounds;
            if (low == high)
                return 1;
            if (Grain is null || double.IsInfinity(low) || double.IsInfinity(high))
                return null;
            var (first, last) = Multiples(Distribution.Bounds);
            return last - first < 1e15 ? (long)(last - first) + 1 : null;
        }
    }

    /// <summary>
    /// As W&amp;B draws: round(x/step)·step of the distribution's quantile. Ends that are no multiples of the step are not among the values.
    /// </summary>
    public override string Draw(double share)
    {
        // A quantile of 0 or 1 of a distribution without bounds is infinite.
        share = Math.Clamp(share, 1e-16, 1 - 1e-16);
        if (Step is null && IsInteger)
        {
            var (first, last) = Multiples(Distribution.Bounds);
            if (Distribution is UniformDistribution)
                return Text(Math.Min(last, first + Math.Floor(share * (last - first + 1))));
            if (Distribution is LogUniformDistribution) // every whole number has its share of the logarithm
                return Text(new LogUniformDistribution(first - 0.5, last + 0.5).Quantile(share));
        }

        return Text(Distribution.Quantile(share));
    }

    /// <summary>
    /// The nearest value that a configuration may have, as it writes it: a multiple of the step, a whole number, or six significant digits; inside the bounds.
    /// </summary>
    public string Text(double value)
    {
        value = Rounded(value);
        var (low, high) = Distribution.Bounds;
        if (IsInteger)
            return Math.Round(value).ToString("F0", CultureInfo.InvariantCulture);
        var rounded = double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return (Math.Clamp(rounded, low, high) + 0.0).ToString(CultureInfo.InvariantCulture); // + 0.0: no −0
    }

    /// <summary>What a text says; NaN for one that is no number, such as that of a default recipe without this key.</summary>
    public static double Value(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;

    /// <summary>The nearest multiple of the grain inside the bounds; without a grain the value, kept inside them.</summary>
    public double Rounded(double value)
    {
        var (low, high) = Distribution.Bounds;
        if (Grain is not { } grain)
            return Math.Clamp(value, low, high);
        var (first, last) = Multiples(Distribution.Bounds);
        return Math.Clamp(Math.Round(value / grain), first, last) * grain + 0.0;
    }

    /// <summary>Which multiples of the grain lie in an interval. Where none does: the one that is nearest to its middle.</summary>
    public (double First, double Last) Multiples((double Low, double High) interval)
    {
        const double Slack = 1e-9; // 0.3 is a multiple of 0.1, whatever the quotient of the two doubles
        var grain = Grain ?? throw new InvalidOperationException("A number without a step has no multiples of it.");
        var (first, last) = (Math.Ceiling(interval.Low / grain - Slack), Math.Floor(interval.High / grain + Slack));
        if (first <= last)
            return (first, last);
        var nearest = Math.Round((interval.Low / grain + interval.High / grain) / 2);
        return (nearest, nearest);
    }
}
