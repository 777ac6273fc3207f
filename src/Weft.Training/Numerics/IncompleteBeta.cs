namespace Weft.Training;

/// <summary>The distribution function of the beta distribution, and its inverse.</summary>
internal static class IncompleteBeta
{
    private const int MostTerms = 10_000;
    private const int MostHalvings = 1_100; // the exponents of a double, and its digits
    private const double Tiny = 1e-300;

    /// <summary>Iₓ(a, b) = ∫₀ˣ t^(a−1)·(1−t)^(b−1) dt / B(a, b).</summary>
    /// <param name="x">In [0, 1].</param>
    /// <remarks>The continued fraction of Didonato and Morris, "Significant digit computation of the incomplete beta function ratios", 1992, by Lentz's
    /// method; of x or of 1 − x, whichever converges.</remarks>
    public static double Regularized(double a, double b, double x)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;
        var front = Math.Exp(a * Math.Log(x) + b * double.LogP1(-x) + LogGamma(a + b) - LogGamma(a) - LogGamma(b));
        return x <= (a + 1) / (a + b + 2) ? front / a * Fraction(a, b, x) : 1 - front / b * Fraction(b, a, 1 - x);
    }

    /// <summary>The x for which Iₓ(a, b) is this share.</summary>
    public static double Quantile(double a, double b, double share)
    {
        if (share <= 0)
            return 0;
        if (share >= 1)
            return 1;
        // Near 1 a double has no digits left to say how near: the smaller half is looked for.
        return share <= Regularized(a, b, 0.5) ? Below(a, b, share) : 1 - Below(b, a, 1 - share);
    }

    // Newton's method in log x, in which the function is nearly straight near 0; halving where it leaves what is known.
    private static double Below(double a, double b, double share)
    {
        var (low, high) = (Math.Log(double.Epsilon), 0.0);
        var place = Math.Clamp((Math.Log(share) + Math.Log(a) + LogGamma(a) + LogGamma(b) - LogGamma(a + b)) / a, low, -1e-3);
        for (var i = 0; i < MostHalvings; i++)
        {
            var x = Math.Exp(place);
            var excess = Regularized(a, b, x) - share;
            if (excess == 0)
                return x;
            if (excess > 0)
                high = place;
            else
                low = place;
            var slope = Math.Exp(a * place + (b - 1) * double.LogP1(-x) + LogGamma(a + b) - LogGamma(a) - LogGamma(b));
            var next = place - excess / slope;
            if (!(next > low && next < high))
                next = low + (high - low) / 2;
            if (Math.Abs(next - place) <= 1e-14 * Math.Max(1, Math.Abs(place)))
                return Math.Exp(next);
            place = next;
        }

        return Math.Exp(place);
    }

    private static double Fraction(double a, double b, double x)
    {
        var (c, d) = (1.0, Away(1 - (a + b) * x / (a + 1)));
        d = 1 / d;
        var product = d;
        for (var m = 1; m <= MostTerms; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Away(1 + even * d);
            c = Away(1 + even / c);
            product *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Away(1 + odd * d);
            c = Away(1 + odd / c);
            product *= d * c;
            if (Math.Abs(d * c - 1) < 1e-16)
                break;
        }

        return product;
    }

    private static double Away(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    // Lanczos, "A precision approximation of the gamma function", 1964, with g = 7 and nine terms.
    private static double LogGamma(double x)
    {
        if (x < 0.5)
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        ReadOnlySpan<double> terms =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
            9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        var sum = terms[0];
        for (var i = 1; i < terms.Length; i++)
            sum += terms[i] / (x - 1 + i);
        var t = x - 1 + 7.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
