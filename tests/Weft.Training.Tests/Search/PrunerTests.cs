namespace Weft.Training.Tests.Search;

public class PrunerTests
{
    private static IReadOnlyList<double>[] Others(params double[] values) => [.. values.Select(value => (IReadOnlyList<double>)[9, value])];

    [Fact]
    public void The_rungs_of_asha_are_powers_of_eta_below_the_full_length()
    {
        Assert.Equal([1, 3, 9], new AshaPruner().Rungs(27));
        Assert.Equal([1, 3], new AshaPruner().Rungs(9));
        Assert.Equal([1], new AshaPruner().Rungs(3));
        Assert.Empty(new AshaPruner().Rungs(1));
        Assert.Equal([3, 9, 27], new AshaPruner().Rungs(81));
        Assert.Equal([2, 8], new AshaPruner(2, 4).Rungs(32));
        Assert.Equal([1, 2, 3, 5], new AshaPruner(1, 1.5).Rungs(6)); // 1, 1.5, 2.25, 3.375, 5.06
    }

    [Fact]
    public void Asha_lets_the_best_of_every_eta_go_on()
    {
        var pruner = new AshaPruner();
        bool GoesOn(double value, params double[] others) => pruner.GoesOn(5, 0, [9, value], Others(others));
        Assert.True(GoesOn(100, 1, 2)); // too few to judge
        Assert.True(GoesOn(1.5, 1, 2, 3)); // rank 2 of 4, ⌈4/3⌉ = 2
        Assert.False(GoesOn(2.5, 1, 2, 3));
        Assert.True(GoesOn(1, 1, 1, 1)); // equal ones share a rank
        Assert.True(GoesOn(2.5, 1, 2, 3, 4, 5, 6)); // rank 3 of 7, ⌈7/3⌉ = 3
        Assert.False(GoesOn(3.5, 1, 2, 3, 4, 5, 6));
        Assert.False(GoesOn(double.NaN));
        Assert.True(GoesOn(1e9, double.NaN, double.NaN, double.NaN)); // what has no value is no better
    }

    [Fact]
    public void Asha_does_not_count_trials_that_never_got_to_the_rung()
    {
        IReadOnlyList<double>[] others = [[1], [1], [1], [9, 1]];
        Assert.True(new AshaPruner().GoesOn(5, 1, [9, 5], others));
    }

    [Fact]
    public void The_bands_of_hyperband_are_those_of_w_and_b()
    {
        Assert.Equal([3, 9, 27], new HyperbandPruner(3).Rungs(30));
        Assert.Equal([3, 9], new HyperbandPruner(null, 27, 2).Rungs(30));
        Assert.Equal([1, 3, 9], new HyperbandPruner(null, 27, 5).Rungs(27));
        Assert.Equal([1, 2], new HyperbandPruner(null, 5, 2, 2).Rungs(5)); // 2.5 and 1.25
        Assert.Empty(new HyperbandPruner(5).Rungs(5));
    }

    /// <summary>The example of W&amp;B's own documentation of its function: of four trials b stops at the first band and c at the second.</summary>
    [Fact]
    public void Hyperband_stops_what_w_and_b_stops()
    {
        double[] a = [10, 9], b = [10, 10], c = [10, 8, 8], d = [10, 7, 7], e = [10, 6, 6];
        var pruner = new HyperbandPruner(null, 5, 2, 2);
        Assert.Equal([1, 2], pruner.Rungs(5));
        bool GoesOn(double[] own, params double[][] others) => pruner.GoesOn(0, 1, own[..2], [.. others.Select(other => other[..2])]);
        Assert.False(GoesOn(b, a, c, d, e)); // the threshold is the third of 6, 7, 8, 9, 10
        Assert.False(GoesOn(a, b, c, d, e));
        Assert.True(GoesOn(c, a, b, d, e));
        Assert.True(GoesOn(d, a, b, c, e));
        Assert.False(GoesOn(c, d, e)); // the second of 6, 7, 8
        Assert.True(pruner.GoesOn(0, 0, [10], [[10.0], [10.0]])); // equal is not worse
    }

    [Fact]
    public void Hyperband_that_is_not_strict_looks_at_the_best_so_far()
    {
        IReadOnlyList<double>[] others = [[5, 3], [5, 4], [5, 5]];
        Assert.False(new HyperbandPruner(2).GoesOn(0, 0, [2, 6], others));
        Assert.True(new HyperbandPruner(2, Strict: false).GoesOn(0, 0, [2, 6], others));
    }

    [Fact]
    public void Hyperband_leaves_epochs_without_a_value_out()
    {
        Assert.True(new HyperbandPruner(2).GoesOn(0, 0, [9, double.NaN], [[1, 1], [1, 1], [1, 1]]));
        Assert.True(new HyperbandPruner(2).GoesOn(0, 0, [9, 5], [[double.NaN, 1], [1, double.NaN]]));
        Assert.False(new HyperbandPruner(2, Eta: 4).GoesOn(0, 0, [9, 5], [[1, 4], [1, 4]]));
    }

    [Fact]
    public void After_the_few_epochs_the_best_go_on()
    {
        var pruner = new EpochPruner(2, 2);
        Assert.Equal([2], pruner.Rungs(3));
        Assert.Empty(pruner.Rungs(2));
        Assert.False(pruner.GoesOn(1, 0, [1, 1], []));
        Assert.Equal([1, 4], pruner.Best([(0, 3.0), (1, 1), (2, double.NaN), (3, 1), (4, 0.5)]));
    }
}
