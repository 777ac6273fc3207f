namespace Weft.Training;

/// <summary>Samples of distributions as pure functions of a generator.</summary>
internal static class Distributions
{
    /// <summary>Beta(α, α) as G1 / (G1 + G2) of two gamma variables. In (0, 1); where both underflow, 0 or 1 by a coin, which is the limit for α → 0.</summary>
    public static double SymmetricBeta(Rng rng, double alpha)
    {
        var first = Gamma(rng.Derive(1UL), alpha);
        var second = Gamma(rng.Derive(2UL), alpha);
        return first + second > 0 ? first / (first + second) : rng.Int(0, 2);
    }

    /// <summary>
    /// Gamma(α, 1) by Marsaglia and Tsang 2000, "A simple method for generating gamma variables"; for α below 1 by Gamma(α) = Gamma(α + 1) · U^(1/α).
    /// </summary>
    public static double Gamma(Rng rng, double alpha)
    {
        if (alpha < 1)
            return Gamma(rng.Derive(0UL), alpha + 1) * Math.Pow(1 - rng.Double(0), 1 / alpha);
        var d = alpha - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        for (var attempt = 0L; ; attempt++)
        {
            var draw = rng.Derive(attempt + 1);
            var normal = draw.Normal(0);
            var cube = 1 + c * normal;
            if (cube <= 0)
                continue;
            cube = cube * cube * cube;
            if (Math.Log(1 - draw.Double(2)) < 0.5 * normal * normal + d - d * cube + d * Math.Log(cube))
                return d * cube;
        }
    }
}
