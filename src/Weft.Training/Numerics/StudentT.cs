namespace Weft.Training;

/// <summary>Quantiles of Student's t distribution.</summary>
internal static class StudentT
{
    /// <summary>The t that a value of the distribution exceeds in size with this probability: t with P(|T| > t) = share.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    /// <param name="share">In (0, 1).</param>
    /// <remarks>P(|T| > t) = I(ν/(ν + t²); ν/2, ½), so t = √(ν·(1 − x)/x) with the x for which I is this share.</remarks>
    public static double TwoSided(int degrees, double share)
    {
        var x = IncompleteBeta.Quantile(degrees / 2.0, 0.5, share);
        return Math.Sqrt(degrees * (1 - x) / x);
    }
}
