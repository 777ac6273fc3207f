namespace Weft.Training.Tests.Search;

public class BayesMethodTests
{
    private static readonly SearchSpace Mixed = new(
    [
        new NumericParameter("a", new LogUniformDistribution(1e-4, 1)), new CategoricalParameter("b", ["x", "y", "z"]),
        new NumericParameter("c", new UniformDistribution(1, 40), IsInteger: true), new NumericParameter("d", new UniformDistribution(7, 7)),
    ]);

    private static readonly Func<long, SearchMethod>[] Methods =
        [seed => new ParzenMethod(Mixed, seed), seed => new GaussianProcessMethod(Mixed, seed), seed => new BayesMethod(Mixed, seed)];

    // Smallest for 0.01, y and 29.
    private static double Value(IReadOnlyList<string> settings)
    {
        var (first, third) = (Math.Log10(NumericParameter.Value(settings[0])) + 2, (NumericParameter.Value(settings[2]) - 29) / 20);
        return first * first + (settings[1] == "y" ? 0 : 1) + third * third;
    }

    private static List<SeenTrial> Search(SearchMethod method, int trials, SeenTrial first)
    {
        List<SeenTrial> seen = [first];
        while (seen.Count < trials && method.Suggest(seen.Count, seen) is { } settings)
            seen.Add(new SeenTrial(seen.Count, settings, SeenState.Finished, Value(settings), 3));
        return seen;
    }

    private static SeenTrial Default => new(0, ["0.5", "w", "1", "7"], SeenState.Finished, 9, 3);

    [Theory, InlineData(0, 0.6), InlineData(1, 0.05), InlineData(2, 0.05)]
    public void The_best_settings_of_a_mixed_space_are_nearly_found(int which, double most)
    {
        double[] best = [.. Enumerable.Range(0, 3).Select(seed => Search(Methods[which](seed), 30, Default).Skip(1).Min(trial => trial.Value)).Order()];
        Assert.InRange(best[1], 0, most);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Suggestions_are_a_function_of_number_seed_and_trials(int which)
    {
        var first = Search(Methods[which](3), 16, Default);
        var again = Search(Methods[which](3), 16, Default);
        Assert.Equal(first.Select(trial => trial.Settings), again.Select(trial => trial.Settings));
        Assert.NotEqual(Methods[which](4).Suggest(16, first), Methods[which](3).Suggest(16, first));
        Assert.Equal(Methods[which](3).Suggest(12, first[..12]), Methods[which](3).Suggest(12, first[..12]));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void The_first_ten_are_sobol_s_points(int which)
    {
        var sobol = Search(new SobolMethod(Mixed, 5), 11, Default);
        Assert.Equal(sobol.Select(trial => trial.Settings), Search(Methods[which](5), 11, Default).Select(trial => trial.Settings));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void While_few_have_a_value_sobol_s_points_go_on(int which)
    {
        SeenTrial[] seen = [.. Enumerable.Range(0, 15).Select(i => new SeenTrial(i, [$"0.0{i + 1}", "x", "5", "7"], SeenState.Running, double.NaN, 0))];
        Assert.Equal(new SobolMethod(Mixed, 5).Suggest(15, seen), Methods[which](5).Suggest(15, seen));
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_space_of_few_settings_is_walked_through(int which)
    {
        var space = new SearchSpace(
            [new CategoricalParameter("a", ["1", "2", "3", "4"]), new NumericParameter("b", new UniformDistribution(1, 5), IsInteger: true)]);
        SearchMethod method = which == 0 ? new ParzenMethod(space, 1) : new GaussianProcessMethod(space, 1);
        List<SeenTrial> seen = [new SeenTrial(0, ["2", "3"], SeenState.Finished, 1, 1)];
        while (seen.Count < 22)
        {
            var settings = method.Suggest(seen.Count, seen)!;
            seen.Add(new SeenTrial(seen.Count, settings, SeenState.Finished, int.Parse(settings[0]) * int.Parse(settings[1]), 1));
        }

        Assert.Equal(20, seen.Take(20).Select(trial => string.Join("-", trial.Settings)).Distinct().Count());
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Trials_of_every_kind_are_borne(int which)
    {
        var rng = Rng.For(8, RngPurpose.Search);
        SeenTrial[] seen =
        [
            Default with { Settings = ["cosine", "", "1e9", "-"] },
            .. Enumerable.Range(1, 40).Select(i => new SeenTrial(i, Mixed.Draw(rng.Derive(i)), (SeenState)(1 + i % 4), Odd(i), i % 4)),
        ];
        static double Odd(int i) => i % 9 == 0 ? double.NaN : i % 7 == 0 ? 1e300 : i;
        var settings = Methods[which](1).Suggest(41, seen)!;
        Assert.Equal("7", settings[3]);
        Assert.InRange(NumericParameter.Value(settings[0]), 1e-4, 1);
        seen = [.. seen.Select(trial => trial with { State = SeenState.Finished, Value = 4 })];
        Assert.Equal(4, Methods[which](1).Suggest(41, seen)!.Count); // all the same
    }

    [Fact]
    public void Many_trials_or_parameters_are_left_to_parzen()
    {
        var rng = Rng.For(8, RngPurpose.Search);
        SeenTrial[] seen = [.. Enumerable.Range(0, 201).Select(i => new SeenTrial(i, Mixed.Draw(rng.Derive(i)), SeenState.Finished, rng.Double(i), 3))];
        Assert.Equal(new ParzenMethod(Mixed, 1).Suggest(201, seen), new BayesMethod(Mixed, 1).Suggest(201, seen));
        var wide = new SearchSpace([.. Enumerable.Range(0, 21).Select(i => new NumericParameter($"x{i:D2}", new UniformDistribution(0, 1)))]);
        seen = [.. Enumerable.Range(0, 15).Select(i => new SeenTrial(i, wide.Draw(rng.Derive(i)), SeenState.Finished, rng.Double(i), 3))];
        Assert.Equal(new ParzenMethod(wide, 1).Suggest(15, seen), new BayesMethod(wide, 1).Suggest(15, seen));
    }

    [Fact]
    public void Running_trials_keep_the_process_away()
    {
        var seen = Search(new GaussianProcessMethod(Mixed, 2), 20, Default);
        var next = new GaussianProcessMethod(Mixed, 2).Suggest(20, seen);
        seen.Add(new SeenTrial(20, next, SeenState.Running, double.NaN, 0));
        Assert.NotEqual(next, new GaussianProcessMethod(Mixed, 2).Suggest(21, seen));
    }
}
