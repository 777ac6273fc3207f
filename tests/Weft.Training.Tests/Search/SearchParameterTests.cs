namespace Weft.Training.Tests.Search;

public class SearchParameterTests
{
    private static NumericParameter Number(SearchDistribution distribution, double? step = null, bool isInteger = false) =>
        new("x", distribution, step, isInteger);

    private static Dictionary<string, int> Drawn(SearchParameter parameter, int draws = 10_000) =>
        Enumerable.Range(0, draws).Select(i => parameter.Draw((i + 0.5) / draws)).GroupBy(text => text).ToDictionary(same => same.Key, same => same.Count());

    [Fact]
    public void Every_whole_number_is_as_likely()
    {
        var drawn = Drawn(Number(new UniformDistribution(-1, 3), isInteger: true));
        Assert.Equal(["-1", "0", "1", "2", "3"], drawn.Keys.OrderBy(text => int.Parse(text)));
        Assert.All(drawn.Values, count => Assert.InRange(count, 1_999, 2_001));
    }

    [Fact]
    public void A_whole_number_of_a_log_uniform_distribution_has_its_share_of_the_logarithm()
    {
        var drawn = Drawn(Number(new LogUniformDistribution(1, 100), isInteger: true));
        Assert.Equal(100, drawn.Count);
        Assert.InRange(drawn["1"] / 10_000.0 - Math.Log(1.5 / 0.5) / Math.Log(100.5 / 0.5), -2e-4, 2e-4);
        Assert.InRange(drawn["10"] / 10_000.0 - Math.Log(10.5 / 9.5) / Math.Log(100.5 / 0.5), -2e-4, 2e-4);
    }

    [Fact]
    public void A_step_rounds_as_w_and_b_rounds_and_stays_inside()
    {
        var drawn = Drawn(Number(new UniformDistribution(0, 1), 0.25));
        Assert.Equal(["0", "0.25", "0.5", "0.75", "1"], drawn.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(drawn["0"], 1_249, 1_251); // the ends have half a step
        Assert.InRange(drawn["0.5"], 2_499, 2_501);
        Assert.Equal(["0.1", "0.2", "0.3"], Drawn(Number(new UniformDistribution(0.05, 0.35), 0.1)).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["32", "64", "96", "128"], Drawn(Number(new UniformDistribution(32, 128), 32, true)).Keys.OrderBy(int.Parse));
        Assert.Equal(["0.01", "0.02", "0.03"], Drawn(Number(new LogUniformDistribution(0.004, 0.03), 0.01)).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["2"], Drawn(Number(new NormalDistribution(2, 0.001), 1)).Keys);
    }

    [Theory, InlineData(0.1234567891, "0.123457"), InlineData(1e-5, "1E-05"), InlineData(-0.0, "0"), InlineData(5, "0.7"), InlineData(-5, "-0.7")]
    public void A_number_has_six_digits_and_stays_inside(double value, string expected) =>
        Assert.Equal(expected, Number(new UniformDistribution(-0.7, 0.7)).Text(value));

    [Fact]
    public void Rounding_leaves_no_bound()
    {
        var parameter = Number(new UniformDistribution(0.12345678, 0.12345681));
        Assert.All(Drawn(parameter, 50).Keys, text => Assert.InRange(NumericParameter.Value(text), 0.12345678, 0.12345681));
    }

    [Fact]
    public void The_ends_of_unbounded_distributions_are_numbers()
    {
        foreach (var distribution in new SearchDistribution[] { new NormalDistribution(0, 1), new LogNormalDistribution(0, 1), new BetaDistribution(0.2, 0.3) })
        {
            Assert.True(double.IsFinite(NumericParameter.Value(Number(distribution).Draw(0))), distribution.ToString());
            Assert.True(double.IsFinite(NumericParameter.Value(Number(distribution).Draw(1 - 1e-17))), distribution.ToString());
        }
    }

    [Fact]
    public void Choices_are_drawn_by_their_probabilities()
    {
        Assert.Equal(new() { ["a"] = 2_500, ["b"] = 5_000, ["c"] = 2_500 }, Drawn(new CategoricalParameter("x", ["a", "b", "c"], [0.25, 0.5, 0.25])));
        Assert.Equal(new() { ["a"] = 5_000, ["b"] = 5_000 }, Drawn(new CategoricalParameter("x", ["a", "b"])));
        Assert.Equal("b", new CategoricalParameter("x", ["a", "b", "c"], [0.5, 0.5 - 1e-12, 0]).Draw(1 - 1e-16));
    }

    [Fact]
    public void Values_are_counted_where_they_can_be()
    {
        Assert.Equal(5, Number(new UniformDistribution(-1, 3), isInteger: true).Count);
        Assert.Equal(4, Number(new UniformDistribution(0, 0.3), 0.1).Count);
        Assert.Equal(1, Number(new UniformDistribution(2, 2)).Count);
        Assert.Null(Number(new UniformDistribution(0, 1)).Count);
        Assert.Null(Number(new NormalDistribution(0, 1), 1).Count);
        Assert.Equal(20, new SearchSpace([Number(new UniformDistribution(-1, 3), isInteger: true), new CategoricalParameter("y", ["a", "b", "c", "d"])]).Count);
    }

    [Fact]
    public void A_text_that_is_no_number_has_no_value() => Assert.True(double.IsNaN(NumericParameter.Value("cosine")));
}
