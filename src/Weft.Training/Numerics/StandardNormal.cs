namespace Weft.Training;

/// <summary>The normal distribution with mean 0 and deviation 1.</summary>
internal static class StandardNormal
{
    private const double SquareRootOfHalf = 0.70710678118654752440;
    private const double InverseRootOfPi = 5.6418958354775628695e-1;

    /// <summary>Φ(z) = ½·erfc(−z/√2), to the last digits also where it is tiny.</summary>
    public static double Cumulative(double z) => 0.5 * ErrorFunctionComplement(-SquareRootOfHalf * z);

    /// <summary>Φ(high) − Φ(low), to the last digits also where both are near 1.</summary>
    public static double Mass(double low, double high) => low > 0 ? Cumulative(-low) - Cumulative(-high) : Cumulative(high) - Cumulative(low);

    /// <summary>The density φ(z) = e^(−z²/2)/√(2π).</summary>
    public static double Density(double z) => SquareRootOfHalf * InverseRootOfPi * Math.Exp(-0.5 * z * z);

    /// <summary>erfc(x) = 1 − erf(x).</summary>
    public static double ErrorFunctionComplement(double x)
    {
        if (Math.Abs(x) <= 0.46875)
            return 1 - ErrorFunctionNearZero(x);
        var positive = Math.Abs(x);
        // x² is taken apart so that its rounding is not multiplied by x.
        var coarse = Math.Truncate(positive * 16) / 16;
        var tail = ScaledTail(positive) * (Math.Exp(-coarse * coarse) * Math.Exp(-(positive - coarse) * (positive + coarse)));
        return x < 0 ? 2 - tail : tail;
    }

    /// <summary>erfcx(x) = e^(x²)·erfc(x). For x below −26 it is larger than any number: infinity.</summary>
    public static double ScaledComplement(double x)
    {
        if (Math.Abs(x) <= 0.46875)
            return Math.Exp(x * x) * (1 - ErrorFunctionNearZero(x));
        return x > 0 ? ScaledTail(x) : 2 * Math.Exp(x * x) - ScaledTail(-x);
    }

    /// <summary>The z for which Φ(z) is this share: −∞ for 0, ∞ for 1, NaN outside.</summary>
    /// <remarks>Wichura, "Algorithm AS 241: the percentage points of the normal distribution", 1988, PPND16.</remarks>
    public static double Quantile(double share)
    {
        var centred = share - 0.5;
        if (Math.Abs(centred) <= 0.425)
        {
            var r = 0.180625 - centred * centred;
            return centred * Polynomial(r, QuantileA) / Polynomial(r, QuantileB);
        }

        var depth = Math.Sqrt(-Math.Log(centred < 0 ? share : 1 - share));
        if (double.IsPositiveInfinity(depth))
            return centred < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        var z = depth <= 5
            ? Polynomial(depth - 1.6, QuantileC) / Polynomial(depth - 1.6, QuantileD)
            : Polynomial(depth - 5, QuantileE) / Polynomial(depth - 5, QuantileF);
        return centred < 0 ? -z : z;
    }

    // Cody, "Rational Chebyshev approximation for the error function", 1969, in the arrangement of his CALERF of 1990.
    private static double ErrorFunctionNearZero(double x) => x * Polynomial(x * x, NearNumerator) / Polynomial(x * x, NearDenominator);

    // e^(x²)·erfc(x) for x > 0.46875
    private static double ScaledTail(double x)
    {
        if (x <= 4)
            return Polynomial(x, MiddleNumerator) / Polynomial(x, MiddleDenominator);
        var inverse = 1 / (x * x);
        return (InverseRootOfPi - inverse * Polynomial(inverse, FarNumerator) / Polynomial(inverse, FarDenominator)) / x;
    }

    private static double Polynomial(double x, ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            sum = sum * x + coefficients[i];
        return sum;
    }

    // Coefficients rise with the power.
    private static ReadOnlySpan<double> NearNumerator =>
        [3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02, 3.16112374387056560e00, 1.85777706184603153e-1];

    private static ReadOnlySpan<double> NearDenominator =>
        [2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02, 2.36012909523441209e01, 1];

    private static ReadOnlySpan<double> MiddleNumerator =>
    [
        1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03, 8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
        8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8,
    ];

    private static ReadOnlySpan<double> MiddleDenominator =>
    [
        1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03, 3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
        1.17693950891312499e02, 1.57449261107098347e01, 1,
    ];

    private static ReadOnlySpan<double> FarNumerator =>
    [
        6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2,
    ];

    private static ReadOnlySpan<double> FarDenominator =>
        [2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725e00, 2.56852019228982242e00, 1];

    private static ReadOnlySpan<double> QuantileA =>
    [
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4, 4.5921953931549871457e+4,
        6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ];

    private static ReadOnlySpan<double> QuantileB =>
    [
        1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4, 3.9307895800092710610e+4,
        2.8729085735721942674e+4, 5.2264952788528545610e+3,
    ];

    private static ReadOnlySpan<double> QuantileC =>
    [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0, 1.27045825245236838258e0,
        2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    private static ReadOnlySpan<double> QuantileD =>
    [
        1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
        5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static ReadOnlySpan<double> QuantileE =>
    [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1, 2.65321895265761230930e-2,
        1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static ReadOnlySpan<double> QuantileF =>
    [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
        1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}
