namespace Weft.Training.Tests.Search;

public class SearchDistributionTests
{
    private static readonly SearchFixture Scipy = new("distributions");

    private static IEnumerable<(SearchDistribution Distribution, double[] Quantiles)> Cases() => Scipy["cases"].EnumerateArray().Select(row =>
    {
        var (first, second) = (row.GetProperty("first").GetDouble(), row.GetProperty("second").GetDouble());
        SearchDistribution distribution = row.GetProperty("kind").GetString() switch
        {
            "uniform" => new UniformDistribution(first, second),
            "log_uniform" => new LogUniformDistribution(first, second),
            "normal" => new NormalDistribution(first, second),
            "log_normal" => new LogNormalDistribution(first, second),
            _ => new BetaDistribution(first, second),
        };
        return (distribution, SearchFixture.Numbers(row.GetProperty("quantiles")));
    });

    [Fact]
    public void Quantiles_are_those_of_scipy()
    {
        var shares = Scipy.Numbers("shares");
        foreach (var (distribution, quantiles) in Cases())
        {
            for (var i = 0; i < shares.Length; i++)
                SearchFixture.Equal(quantiles[i], distribution.Quantile(shares[i]), 1e-12);
        }
    }

    /// <summary>Kolmogorov and Smirnov's distance of 100,000 draws at SciPy's quantiles: above 1.95/√n once in 1,000 seeds.</summary>
    [Fact]
    public void Draws_have_the_distribution_of_scipy()
    {
        const int Draws = 100_000;
        var shares = Scipy.Numbers("shares");
        foreach (var (distribution, quantiles) in Cases())
        {
            if (distribution is BetaDistribution { A: not (0.5 or 2.0) })
                continue; // their quantiles are dear, and in the fact above
            var rng = Rng.For(3, RngPurpose.Search);
            double[] drawn = [.. Enumerable.Range(0, Draws).Select(i => distribution.Quantile(rng.Double(i))).Order()];
            for (var i = 0; i < shares.Length; i++)
            {
                var below = (double)drawn.TakeWhile(value => value < quantiles[i]).Count() / Draws;
                Assert.True(Math.Abs(below - shares[i]) < 1.95 / Math.Sqrt(Draws), $"{distribution}: {below} of all draws are below the quantile {shares[i]}");
            }
        }
    }

    [Fact]
    public void Normal_functions_are_those_of_scipy()
    {
        var (shares, quantiles) = (Scipy.Numbers("extreme"), Scipy.Numbers("normal_quantiles"));
        for (var i = 0; i < shares.Length; i++)
            SearchFixture.Equal(quantiles[i], StandardNormal.Quantile(shares[i]), 1e-13);
        var (points, cumulative, scaled) = (Scipy.Numbers("points"), Scipy.Numbers("cumulative"), Scipy.Numbers("scaled_complement"));
        for (var i = 0; i < points.Length; i++)
        {
            if (cumulative[i] > double.MinValue && double.IsNormal(cumulative[i]))
                Assert.Equal(1, StandardNormal.Cumulative(points[i]) / cumulative[i], 1e-13);
            Assert.Equal(1, StandardNormal.ScaledComplement(-points[i] / 4) / scaled[i], 1e-14);
        }

        Assert.Equal(double.NegativeInfinity, StandardNormal.Quantile(0));
        Assert.Equal(double.PositiveInfinity, StandardNormal.Quantile(1));
    }

    [Fact]
    public void The_quantile_of_a_beta_distribution_is_the_inverse_of_its_distribution_function()
    {
        var rng = Rng.For(5, RngPurpose.Search);
        for (var i = 0; i < 500; i++)
        {
            var (a, b, share) = (Math.Exp(rng.Uniform(3 * i, -3, 6)), Math.Exp(rng.Uniform(3 * i + 1, -3, 6)), rng.Double(3 * i + 2));
            var place = IncompleteBeta.Quantile(a, b, share);
            Assert.InRange(place, 0, 1);
            if (place is > 0 and < 1 - 1e-6) // nearer to 1 the last digit of the place is more than that of the share
                SearchFixture.Equal(share, IncompleteBeta.Regularized(a, b, place), 1e-9);
        }
    }
}
