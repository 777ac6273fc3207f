namespace Weft.Training;

/// <summary>The logarithm of how far a normally distributed value is expected to lie above the best so far; it does not vanish where that is tiny.</summary>
/// <remarks>Ament et al., "Unexpected improvements to expected improvement for Bayesian optimization", 2023, equation 9.</remarks>
internal static class ExpectedImprovement
{
    private const double SmallestVariance = 1e-12; // known points have none, and a logarithm is taken
    private static readonly double RootOfHalfPi = Math.Sqrt(Math.PI / 2);
    private static readonly double LogOfRoot = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>log E max(0, X − best) of X with this mean and variance.</summary>
    public static double Log(double mean, double variance, double best)
    {
        var deviation = Math.Sqrt(variance + SmallestVariance);
        return LogStandard((mean - best) / deviation) + Math.Log(deviation);
    }

    /// <summary>Its derivatives by the mean and by the variance.</summary>
    public static (double Mean, double Variance) Derivatives(double mean, double variance, double best)
    {
        var deviation = Math.Sqrt(variance + SmallestVariance);
        var z = (mean - best) / deviation;
        var slope = Slope(z);
        return (slope / deviation, (1 - z * slope) / (2 * deviation * deviation));
    }

    /// <summary>log (φ(z) + z·Φ(z)).</summary>
    public static double LogStandard(double z) => z switch
    {
        >= -1 => Math.Log(StandardNormal.Density(z) + z * StandardNormal.Cumulative(z)),
        >= -1_000 => -0.5 * z * z - LogOfRoot + Math.Log(Remainder(z)),
        _ => -0.5 * z * z - LogOfRoot - 2 * Math.Log(-z) - 3 / (z * z), // the remainder is 1/z² − 3/z⁴ …
    };

    /// <summary>The derivative Φ(z)/(φ(z) + z·Φ(z)).</summary>
    private static double Slope(double z) => z switch
    {
        >= -1 => StandardNormal.Cumulative(z) / (StandardNormal.Density(z) + z * StandardNormal.Cumulative(z)),
        >= -1_000 => RootOfHalfPi * StandardNormal.ScaledComplement(-z / Math.Sqrt(2)) / Remainder(z),
        _ => -z - 2 / z,
    };

    // (φ(z) + z·Φ(z))/φ(z)
    private static double Remainder(double z) => 1 + RootOfHalfPi * z * StandardNormal.ScaledComplement(-z / Math.Sqrt(2));
}
