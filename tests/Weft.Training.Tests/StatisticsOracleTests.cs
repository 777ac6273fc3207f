using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Weft.Training.Tests;

/// <summary>Our statistics against those of Math.NET Numerics, which computes them by other ways.</summary>
public class StatisticsOracleTests
{
    [Theory, InlineData(0, 1), InlineData(3, 9), InlineData(17, 17), InlineData(40, 61), InlineData(480, 531)]
    public void McNemar_is_the_binomial_distribution_s(int onlyFirst, int onlySecond)
    {
        var (n, fewer) = (onlyFirst + onlySecond, Math.Min(onlyFirst, onlySecond));
        var cumulative = Binomial.CDF(0.5, n, fewer);
        var test = new McNemar(onlyFirst, onlySecond);
        Assert.Equal(Math.Min(1, 2 * cumulative), test.Exact, 1e-9);
        Assert.Equal(Math.Min(1, 2 * cumulative - Binomial.PMF(0.5, n, fewer)), test.MidP, 1e-9);
    }

    /// <summary>
    /// Wilson's bounds are the shares p that lie z standard deviations from what was seen: (p̂ − p)² = z²·p(1 − p)/n, a square equation in p.
    /// </summary>
    [Theory, InlineData(0, 10), InlineData(5, 10), InlineData(9_294, 10_000), InlineData(10_000, 10_000), InlineData(1, 3)]
    public void Wilson_s_bounds_are_the_roots_of_his_equation(long hits, long count)
    {
        var z = Normal.InvCDF(0, 1, 0.975);
        double n = count, seen = hits / n;
        var (first, second) = FindRoots.Quadratic(seen * seen, -(2 * seen + z * z / n), 1 + z * z / n);
        var interval = ShareInterval.Wilson(hits, count);
        Assert.Equal(Math.Min(first.Real, second.Real), interval.Low, 1e-9);
        Assert.Equal(Math.Max(first.Real, second.Real), interval.High, 1e-9);
    }

    [Theory, InlineData(0.2), InlineData(0.5), InlineData(1), InlineData(4)]
    public void Drawn_numbers_have_the_distribution_they_are_said_to_have(double alpha)
    {
        var rng = Rng.For(11, RngPurpose.Analysis);
        var (gamma, beta) = (new Gamma(alpha, 1), new Beta(alpha, alpha));
        AssertDistributed(i => Distributions.Gamma(rng.Derive(i), alpha), gamma.CumulativeDistribution);
        AssertDistributed(i => Distributions.SymmetricBeta(rng.Derive(i), alpha), beta.CumulativeDistribution);
    }

    [Fact]
    public void Principal_axes_are_the_eigenvectors_of_the_covariance()
    {
        const int Dimension = 12, Count = 200;
        var rng = Rng.For(5, RngPurpose.Analysis);
        var vectors = new float[Count * Dimension];
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (float)(rng.Normal(i) * (1 + i % Dimension) + 0.5 * rng.Normal(i / Dimension * Dimension));
        var data = Matrix<double>.Build.Dense(Count, Dimension, (row, column) => vectors[row * Dimension + column]);
        var centred = data - Matrix<double>.Build.Dense(Count, Dimension, (_, column) => data.Column(column).Average());
        var eigen = (centred.Transpose() * centred / Count).Evd(Symmetricity.Symmetric);
        var axes = PrincipalAxes.Of(vectors, Dimension);
        for (var axis = 0; axis < Dimension; axis++)
        {
            var expected = eigen.EigenVectors.Column(Dimension - 1 - axis); // Math.NET sorts upwards
            var cosine = Enumerable.Range(0, Dimension).Sum(i => expected[i] * axes[axis, i]);
            Assert.Equal(1, Math.Abs(cosine), 1e-9);
        }
    }

    // Kolmogorov and Smirnov: with this many draws their largest distance to the distribution stays below 1.63 / √n in 99 of 100 samples; the seed is fixed.
    private static void AssertDistributed(Func<long, double> draw, Func<double, double> cumulative)
    {
        const int Count = 4_000;
        var sorted = Enumerable.Range(0, Count).Select(i => draw(i)).Order().ToArray();
        var distance = sorted.Select((value, i) => Math.Max(Math.Abs(cumulative(value) - (double)i / Count), Math.Abs(cumulative(value) - (i + 1.0) / Count)))
            .Max();
        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(Count));
    }
}
