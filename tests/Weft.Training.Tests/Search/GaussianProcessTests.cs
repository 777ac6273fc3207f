using System.Text.Json;

namespace Weft.Training.Tests.Search;

public class GaussianProcessTests
{
    private sealed record Case(JsonElement Row)
    {
        public double[][] Points => SearchFixture.Rows(Row.GetProperty("points"));

        public double[] Values => SearchFixture.Numbers(Row.GetProperty("values"));

        public bool[] IsCategorical => Row.GetProperty("categorical").Deserialize<bool[]>()!;

        public double[][] Queries => SearchFixture.Rows(Row.GetProperty("queries"));

        public GaussianKernel Kernel(double[] logs) =>
            new([.. logs[..^2].Select(log => Math.Exp(log))], Math.Exp(logs[^2]), Math.Exp(logs[^1]) + 1e-6, IsCategorical);
    }

    private static readonly Case[] Cases = [.. new SearchFixture("gaussian")["cases"].EnumerateArray().Select(row => new Case(row))];

    [Fact]
    public void Likelihood_gradient_mean_and_variance_are_those_of_numpy()
    {
        foreach (var known in Cases)
        {
            foreach (var row in known.Row.GetProperty("evaluated").EnumerateArray())
            {
                var logs = SearchFixture.Numbers(row.GetProperty("logs"));
                var (value, gradient) = GaussianKernelFit.At(known.Points, known.Values, known.IsCategorical, logs);
                SearchFixture.Equal(row.GetProperty("loss").GetDouble(), value, 1e-9);
                foreach (var (theirs, ours) in SearchFixture.Numbers(row.GetProperty("gradient")).Zip(gradient))
                    SearchFixture.Equal(theirs, ours, 1e-6); // central differences
                var process = GaussianProcess.Of(known.Kernel(logs), known.Points, known.Values);
                var (means, variances) = (SearchFixture.Numbers(row.GetProperty("mean")), SearchFixture.Numbers(row.GetProperty("variance")));
                foreach (var (i, query) in known.Queries.Index())
                {
                    var (mean, variance) = process.At(query);
                    SearchFixture.Equal(means[i], mean, 1e-8);
                    SearchFixture.Equal(variances[i], variance, 1e-8);
                }
            }
        }
    }

    [Fact]
    public void The_fit_is_as_good_as_scipy_s()
    {
        foreach (var known in Cases)
        {
            var kernel = GaussianKernelFit.Of(known.Points, known.Values, known.IsCategorical);
            double[] logs = [.. kernel.Weights.Select(weight => Math.Log(weight)), Math.Log(kernel.Scale), Math.Log(kernel.Noise - 1e-6)];
            var loss = GaussianKernelFit.At(known.Points, known.Values, known.IsCategorical, logs).Value;
            Assert.InRange(loss - known.Row.GetProperty("smallest_loss").GetDouble(), -1e-6, 1e-3);
        }
    }

    [Fact]
    public void Gradients_of_the_posterior_and_of_the_improvement_are_finite_differences()
    {
        foreach (var known in Cases)
        {
            var process = GaussianProcess.Of(known.Kernel([.. new double[known.IsCategorical.Length + 1], -4]), known.Points, known.Values);
            var (dMean, dVariance) = (new double[known.IsCategorical.Length], new double[known.IsCategorical.Length]);
            foreach (var query in known.Queries)
            {
                var (mean, variance) = process.At(query, dMean, dVariance);
                Assert.Equal(process.At(query), (mean, variance));
                var slopes = ExpectedImprovement.Derivatives(mean, variance, 1);
                for (var j = 0; j < query.Length; j++)
                {
                    if (known.IsCategorical[j])
                    {
                        Assert.Equal((0, 0), (dMean[j], dVariance[j]));
                        continue;
                    }

                    const double Step = 1e-6;
                    double[] left = [.. query], right = [.. query];
                    (left[j], right[j]) = (query[j] - Step, query[j] + Step);
                    var (low, high) = (process.At(left), process.At(right));
                    SearchFixture.Equal((high.Mean - low.Mean) / (2 * Step), dMean[j], 1e-6);
                    SearchFixture.Equal((high.Variance - low.Variance) / (2 * Step), dVariance[j], 1e-6);
                    var rise = ExpectedImprovement.Log(high.Mean, high.Variance, 1) - ExpectedImprovement.Log(low.Mean, low.Variance, 1);
                    SearchFixture.Equal(rise / (2 * Step), slopes.Mean * dMean[j] + slopes.Variance * dVariance[j], 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(-1, -2.4851210257126413), InlineData(-25.5, -332.52588446220498), InlineData(-40, -808.29856835661996)]
    public void The_logarithm_of_the_improvement_is_that_of_many_digits(double z, double expected) =>
        Assert.Equal(expected, ExpectedImprovement.LogStandard(z), 1e-12 * Math.Abs(expected));

    [Fact]
    public void The_logarithm_of_the_improvement_has_no_seams()
    {
        foreach (var z in new[] { -1.0, -1_000.0 })
        {
            Assert.Equal(ExpectedImprovement.LogStandard(z), ExpectedImprovement.LogStandard(Math.BitDecrement(z)), 1e-9);
            var (right, left) = (ExpectedImprovement.Derivatives(z, 1, 0), ExpectedImprovement.Derivatives(z - 1e-9, 1, 0));
            Assert.Equal(right.Mean, left.Mean, 1e-6 * Math.Abs(z));
        }

        Assert.Equal(Math.Log(5), ExpectedImprovement.LogStandard(5), 1e-7);
        Assert.True(double.IsFinite(ExpectedImprovement.LogStandard(-1e8)));
    }

    [Fact]
    public void A_minimum_in_a_box_is_found_inside_and_at_its_sides()
    {
        // Rosenbrock's valley with its minimum at (1, 1), once inside and once cut off.
        static double Valley(ReadOnlySpan<double> x, Span<double> gradient)
        {
            var (along, across) = (1 - x[0], x[1] - x[0] * x[0]);
            (gradient[0], gradient[1]) = (-2 * along - 400 * x[0] * across, 200 * across);
            return along * along + 100 * across * across;
        }

        double[] point = [0.1, 1.7];
        Assert.Equal(0, new BoundedMinimum(Valley, [2, 2]).Find(point, 1e-8, 1_000), 1e-12);
        Assert.Equal(1, point[0], 1e-6);
        point = [0.2, 0.1];
        Assert.Equal(0.25, new BoundedMinimum(Valley, [0.5, 2]).Find(point, 1e-8, 1_000), 1e-12); // at (0.5, 0.25)
        point = [3, 3];
        new BoundedMinimum((x, gradient) => { gradient.Fill(1); return x[0] + x[1]; }, [3, 3]).Find(point, 1e-8, 100);
        Assert.Equal([0, 0], point);
    }

    [Fact]
    public void A_factor_solves_and_inverts()
    {
        const int Size = 37;
        var rng = Rng.For(1, RngPurpose.Search);
        var matrix = new double[Size * Size];
        for (var i = 0; i < Size; i++)
        {
            for (var j = 0; j < Size; j++)
                matrix[i * Size + j] = Math.Exp(-Math.Abs(i - j) / 5.0) + (i == j ? 0.1 : 0);
        }

        var factor = CholeskyFactor.Of([.. matrix], Size)!;
        double[] x = [.. Enumerable.Range(0, Size).Select(i => rng.Normal(i))], b = new double[Size];
        for (var i = 0; i < Size; i++)
            b[i] = Enumerable.Range(0, Size).Sum(j => matrix[i * Size + j] * x[j]);
        var inverse = factor.Inverse();
        Assert.Equal(x[3], Enumerable.Range(0, Size).Sum(j => inverse[3 * Size + j] * b[j]), 1e-10);
        factor.Forward(b);
        factor.Backward(b);
        Assert.All(x.Zip(b), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        matrix[0] = -1;
        Assert.Null(CholeskyFactor.Of(matrix, Size));
    }
}
