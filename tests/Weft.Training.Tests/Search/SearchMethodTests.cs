namespace Weft.Training.Tests.Search;

public class SearchMethodTests
{
    private static readonly SearchSpace Mixed = new(
    [
        new NumericParameter("a", new LogUniformDistribution(1e-4, 0.1)), new CategoricalParameter("b", ["sgd", "adam", "adamw"]),
        new NumericParameter("c", new UniformDistribution(0, 0.5)), new NumericParameter("d", new UniformDistribution(1, 12), IsInteger: true),
    ]);

    private static readonly SearchSpace Small = new(
        [new CategoricalParameter("a", ["1", "2", "3"]), new NumericParameter("b", new UniformDistribution(1, 4), IsInteger: true)]);

    internal static SeenTrial Default(params string[] settings) => new(0, settings, SeenState.Finished, 1, 3);

    private static List<IReadOnlyList<string>> Suggestions(SearchMethod method, SeenTrial first, int count)
    {
        List<SeenTrial> seen = [first];
        while (seen.Count <= count && method.Suggest(seen.Count, seen) is { } settings)
            seen.Add(new SeenTrial(seen.Count, settings, SeenState.Finished, Math.Sin(seen.Count), 3));
        return [.. seen.Skip(1).Select(trial => trial.Settings)];
    }

    [Fact]
    public void A_grid_is_walked_as_w_and_b_walks_it_and_leaves_the_default_out()
    {
        var all = Suggestions(new GridMethod(Small, 1), Default("2", "3"), 100).ConvertAll(settings => string.Join("-", settings));
        Assert.Equal(["1-1", "1-2", "1-3", "1-4", "2-1", "2-2", "2-4", "3-1", "3-2", "3-3", "3-4"], all);
        Assert.Equal(12, Suggestions(new GridMethod(Small, 1), Default("5", "3"), 100).Count);
        Assert.Equal(12, new GridMethod(Small, 1).Points);
    }

    [Fact]
    public void A_grid_s_steps_are_half_open_and_begin_at_the_minimum()
    {
        var space = new SearchSpace(
            [new NumericParameter("a", new UniformDistribution(0.05, 0.35), 0.1), new NumericParameter("b", new UniformDistribution(7, 7))]);
        var all = Suggestions(new GridMethod(space, 1), Default("0.150", "8"), 100).ConvertAll(settings => string.Join("-", settings));
        Assert.Equal(["0.05-7", "0.15-7", "0.25-7"], all);
        all = Suggestions(new GridMethod(space, 1), Default("0.150", "7"), 100).ConvertAll(settings => string.Join("-", settings));
        Assert.Equal(["0.05-7", "0.25-7"], all);
    }

    [Fact]
    public void A_grid_refuses_what_has_no_list_of_values()
    {
        Assert.False(GridMethod.Takes(new NumericParameter("a", new UniformDistribution(0, 1))));
        Assert.False(GridMethod.Takes(new NumericParameter("a", new LogUniformDistribution(1, 9), 1)));
        Assert.False(GridMethod.Takes(new CategoricalParameter("a", ["1", "2"], [0.5, 0.5])));
        Assert.Throws<ArgumentException>(() => new GridMethod(Mixed, 1));
    }

    [Fact]
    public void The_same_seed_gives_the_same_settings_and_another_one_others()
    {
        foreach (var method in new Func<long, SearchMethod>[] { seed => new RandomMethod(Mixed, seed), seed => new SobolMethod(Mixed, seed) })
        {
            var first = Default("0.1", "sgd", "0", "3");
            Assert.Equal(Suggestions(method(7), first, 30), Suggestions(method(7), first, 30));
            Assert.NotEqual(Suggestions(method(7), first, 1), Suggestions(method(8), first, 1));
        }
    }

    [Fact]
    public void Nothing_is_suggested_twice_before_all_has_been()
    {
        foreach (var method in new SearchMethod[] { new RandomMethod(Small, 3), new SobolMethod(Small, 3) })
        {
            var all = Suggestions(method, Default("2", "3"), 14).ConvertAll(settings => string.Join("-", settings));
            Assert.Equal(11, all.Take(11).Distinct().Count());
            Assert.DoesNotContain("2-3", all.Take(11));
            Assert.Equal(14, all.Count);
        }
    }

    [Fact]
    public void Sobol_s_points_are_those_of_scipy()
    {
        var scipy = new SearchFixture("sobol");
        var (indices, points) = (scipy.Numbers("indices"), SearchFixture.Rows(scipy["points"]));
        Assert.Equal(40, SobolSequence.Dimensions);
        for (var i = 0; i < indices.Length; i++)
        {
            for (var dimension = 0; dimension < SobolSequence.Dimensions; dimension++)
                Assert.Equal(points[i][dimension], SobolSequence.Digits((uint)indices[i], dimension));
        }
    }

    [Fact]
    public void Shifted_points_fill_every_sixteenth_of_every_coordinate()
    {
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var rng = Rng.For(seed, RngPurpose.Search);
            double[][] points = [.. Enumerable.Range(0, 16).Select(index => SobolSequence.Shifted(index, 45, rng))];
            for (var dimension = 0; dimension < SobolSequence.Dimensions; dimension++)
                Assert.Equal(16, points.Select(point => (int)(16 * point[dimension])).Distinct().Count());
            Assert.All(points, point => Assert.All(point, coordinate => Assert.InRange(coordinate, 0, 1 - 1e-16)));
        }
    }
}
