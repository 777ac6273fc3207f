using System.Text.Json;

namespace Weft.Training.Tests.Search;

public class ParzenTests
{
    // As in Fixtures/make_search.py.
    private static readonly SearchSpace[] Spaces =
    [
        new([Float(0, 1)]),
        new([Float(-2, 3), Log(1e-5, 1e-1)]),
        new([Log(1e-4, 1), Choice(3), new NumericParameter("x", new UniformDistribution(1, 12), IsInteger: true)]),
        new(
        [
            Choice(5), new NumericParameter("x", new UniformDistribution(0, 0.5), 0.1),
            new NumericParameter("x", new LogUniformDistribution(4, 300), IsInteger: true), Float(0, 2),
        ]),
    ];

    private static NumericParameter Float(double low, double high) => new("x", new UniformDistribution(low, high));

    private static NumericParameter Log(double low, double high) => new("x", new LogUniformDistribution(low, high));

    private static CategoricalParameter Choice(int count) => new("x", [.. Enumerable.Range(0, count).Select(index => $"{index}")]);

    private static SeenTrial Trial(JsonElement row, int number) => new(
        number, row[0].Deserialize<string[]>()!, (SeenState)row[1].GetInt32(), row[2].GetDouble(), row[3].GetInt32());

    [Fact]
    public void Densities_of_200_histories_are_those_of_numpy_and_scipy()
    {
        var fixture = new SearchFixture("parzen");
        SeenTrial[][] pools = [.. fixture["pools"].EnumerateArray().Select(pool => pool.EnumerateArray().Select(row => Trial(row, 0)).ToArray())];
        var cases = 0;
        foreach (var row in fixture["cases"].EnumerateArray())
        {
            var which = row.GetProperty("space").GetInt32();
            var (start, count) = (row.GetProperty("start").GetInt32(), row.GetProperty("count").GetInt32());
            SeenTrial[] trials = [.. pools[which].Skip(start).Take(count).Select((trial, index) => trial with { Number = index })];
            var (good, others) = ParzenMethod.Divide(trials);
            Assert.Equal(row.GetProperty("good").Deserialize<int[]>()!, good.Select(trial => trial.Number));
            Assert.Equal(trials.Length, good.Count + others.Count);
            var axes = new SearchAxes(Spaces[which]);
            double[][] points = [.. fixture["points"][which].EnumerateArray().Select(point => axes.Places(point.Deserialize<string[]>()!))];
            foreach (var (chosen, name) in new[] { (good, "log_good"), (others, "log_others") })
            {
                var estimator = new ParzenEstimator(axes.Free, [.. chosen.Select(trial => axes.Places(trial.Settings))]);
                double[] logs = [.. points.Select(point => estimator.LogDensity(point))];
                double[] actual = [.. logs.Where((_, index) => index % 20 == 0), logs.Select((log, index) => (index + 1) * log).Sum() / 5_050];
                foreach (var (theirs, ours) in SearchFixture.Numbers(row.GetProperty(name)).Zip(actual))
                    SearchFixture.Equal(theirs, ours, 1e-12);
            }

            cases++;
        }

        Assert.Equal(200, cases);
    }

    /// <summary>Numbers that were computed by hand from Optuna 5's rule.</summary>
    [Fact]
    public void The_golden_kernels_are_met()
    {
        double[] places = [0.1, 0.35, 0.4, 0.9];
        double[] deviations = ParzenEstimator.Deviations(places), expected = [0.25, 0.25, 0.5, 0.5];
        Assert.All(expected.Zip(deviations), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
        var axes = new SearchAxes(Spaces[0]);
        var estimator = new ParzenEstimator(axes.Free, [.. places.Select(place => (double[])[place])]);
        Assert.Equal(0.08653087, estimator.LogDensity([0.05]), 5e-9);
        Assert.Equal(0.07781949, estimator.LogDensity([0.5]), 5e-9);
        Assert.Equal(-0.46029277, estimator.LogDensity([0.95]), 5e-9);
    }

    [Fact]
    public void A_density_is_one_in_all()
    {
        var (rng, axes) = (Rng.For(4, RngPurpose.Search), new SearchAxes(Spaces[0]));
        var estimator = new ParzenEstimator(axes.Free, [.. Enumerable.Range(0, 30).Select(i => (double[])[rng.Double(i)])]);
        Assert.Equal(1, Enumerable.Range(0, 20_000).Average(i => Math.Exp(estimator.LogDensity([(i + 0.5) / 20_000]))), 1e-6);
        axes = new SearchAxes(new SearchSpace([Spaces[3].Parameters[2], Choice(5)]));
        estimator = new ParzenEstimator(axes.Free, [.. Enumerable.Range(0, 30).Select(i => (double[])[axes.Free[0].Snap(rng.Double(i)), i % 6 - 1])]);
        double Share(long level) => Enumerable.Range(0, 5).Sum(choice => Math.Exp(estimator.LogDensity([axes.Free[0].OfLevel(level), choice])));
        Assert.Equal(1, Enumerable.Range(0, 297).Sum(level => Share(level)), 1e-9);
    }

    [Fact]
    public void Draws_have_the_density_that_is_computed()
    {
        const int Draws = 20_000;
        var axes = new SearchAxes(new SearchSpace([Float(0, 1), Choice(3)]));
        var estimator = new ParzenEstimator(axes.Free, [[0.1, 0], [0.2, 0], [0.9, 2], [0.95, -1]]);
        var rng = Rng.For(9, RngPurpose.Search);
        double[][] draws = [.. Enumerable.Range(0, Draws).Select(i => estimator.Draw(rng.Derive(i)))];
        for (var part = 0; part < 5; part++)
        {
            for (var choice = 0; choice < 3; choice++)
            {
                var expected = Enumerable.Range(0, 1_000).Average(i => Math.Exp(estimator.LogDensity([(part + (i + 0.5) / 1_000) / 5, choice]))) / 5;
                var share = draws.Count(draw => (int)(5 * draw[0]) == part && draw[1] == choice) / (double)Draws;
                Assert.Equal(expected, share, 4 * Math.Sqrt(expected / Draws));
            }
        }
    }

    /// <summary>With the 24 candidates given the one is taken whose log l − log g is largest.</summary>
    [Fact]
    public void The_candidate_with_the_largest_ratio_is_suggested()
    {
        var (space, rng) = (Spaces[1], Rng.For(2, RngPurpose.Search));
        SeenTrial[] seen = [.. Enumerable.Range(0, 40).Select(i => new SeenTrial(i, space.Draw(rng.Derive(i)), SeenState.Finished, rng.Double(i), 3))];
        var (good, others) = ParzenMethod.Divide(seen);
        Assert.Equal(4, good.Count);
        var axes = new SearchAxes(space);
        ParzenEstimator Of(IReadOnlyList<SeenTrial> trials) => new(axes.Free, [.. trials.Select(trial => axes.Places(trial.Settings))]);
        var (l, g) = (Of(good), Of(others));
        var candidates = Rng.For(6, RngPurpose.Search).Derive((ulong)SearchDraw.Candidates).Derive(40);
        var best = Enumerable.Range(0, 24).Select(i => l.Draw(candidates.Derive(i))).MaxBy(point => l.LogDensity(point) - g.LogDensity(point))!;
        Assert.Equal(axes.Settings(best), new ParzenMethod(space, 6).Suggest(40, seen));
    }

    [Fact]
    public void Running_trials_keep_others_away()
    {
        const int Ended = 60;
        var space = Spaces[0];
        List<SeenTrial> seen = [.. Enumerable.Range(0, Ended).Select(i => Seen(i, (i + 0.5) / Ended))];
        SeenTrial Seen(int number, double x) => new(number, [$"{x:F4}"], SeenState.Finished, Math.Abs(x - 0.5), 3);
        double Distance(IReadOnlyList<SeenTrial> trials) => Enumerable.Range(0, 40).Average(seed =>
            Math.Abs(NumericParameter.Value(new ParzenMethod(space, seed).Suggest(trials.Count, trials)[0]) - 0.5));
        SeenTrial Running(int i) => new(Ended + i, [$"{0.48 + 0.004 * i:F4}"], SeenState.Running, double.NaN, 0);
        var (alone, crowded) = (Distance(seen), Distance([.. seen, .. Enumerable.Range(0, 10).Select(Running)]));
        Assert.True(crowded > 1.5 * alone, $"{crowded} with others at 0.5 and {alone} without them");
    }
}
