namespace Weft.Training.Tests.Search;

public class SearchAxisTests
{
    private static readonly NumericParameter[] Parameters =
    [
        new("x", new UniformDistribution(-3, 5)), new("x", new LogUniformDistribution(1e-5, 0.1)), new("x", new NormalDistribution(2, 0.5)),
        new("x", new LogNormalDistribution(-1, 1)), new("x", new BetaDistribution(2, 3)), new("x", new UniformDistribution(1, 9), IsInteger: true),
        new("x", new LogUniformDistribution(2, 500), IsInteger: true), new("x", new UniformDistribution(0, 1), 0.125),
        new("x", new NormalDistribution(0, 10), 5),
        new("x", new LogNormalDistribution(1, 1), 0.5), new("x", new UniformDistribution(32, 512), 32, true), new("x", new BetaDistribution(1, 1), 0.3),
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(0, Parameters.Length)];

    [Theory, MemberData(nameof(All))]
    public void What_is_written_lies_where_it_was_taken_from(int which)
    {
        var (parameter, axis) = (Parameters[which], new SearchAxis(Parameters[which]));
        for (var i = 0; i <= 200; i++)
        {
            var share = i / 200.0;
            var text = axis.Text(share);
            var place = axis.Place(text);
            Assert.Equal(text, axis.Text(place));
            Assert.Equal(place, axis.Snap(share), 2e-5);
            if (axis.Levels == 0)
            {
                Assert.Equal(share, place, 2e-5);
                continue;
            }

            var (low, high) = axis.Cell(share);
            Assert.InRange(share, low - 1e-12, high + 1e-12);
            Assert.InRange(place, low, high);
            Assert.Equal(axis.OfLevel(axis.LevelAt(share)), place);
        }

        Assert.False(axis.IsFixed);
        Assert.Equal(parameter.Count is null ? axis.Levels : parameter.Count, axis.Levels);
    }

    [Theory, MemberData(nameof(All))]
    public void Cells_touch_and_fill_the_axis(int which)
    {
        var axis = new SearchAxis(Parameters[which]);
        var end = 0.0;
        for (var level = 0L; level < axis.Levels; level++)
        {
            var (low, high) = axis.Cell(axis.OfLevel(level));
            Assert.Equal(end, low, 1e-12);
            end = high;
        }

        Assert.Equal(axis.Levels == 0 ? 0 : 1, end);
    }

    [Fact]
    public void A_default_outside_is_moved_to_the_nearest_end()
    {
        Assert.Equal(1, new SearchAxis(Parameters[0]).Place("7"));
        Assert.Equal(0, new SearchAxis(Parameters[1]).Place("0"));
        Assert.Equal(0, new SearchAxis(Parameters[1]).Place("-1"));
        Assert.Equal("9", new SearchAxis(Parameters[5]).Text(new SearchAxis(Parameters[5]).Place("100")));
        Assert.Equal("128", new SearchAxis(Parameters[10]).Text(new SearchAxis(Parameters[10]).Place("120")));
        Assert.Equal(0.5, new SearchAxis(Parameters[0]).Place(""));
        Assert.Equal(-1, new SearchAxis(new CategoricalParameter("x", ["sgd", "adam"])).Place("lion"));
    }

    [Fact]
    public void A_single_value_is_fixed()
    {
        Assert.True(new SearchAxis(new NumericParameter("x", new UniformDistribution(2, 2))).IsFixed);
        Assert.True(new SearchAxis(new NumericParameter("x", new LogUniformDistribution(0.3, 0.4), 1)).IsFixed);
        Assert.True(new SearchAxis(new CategoricalParameter("x", ["sgd"])).IsFixed);
        var axes = new SearchAxes(
            new SearchSpace([new CategoricalParameter("a", ["sgd"]), Parameters[0], new NumericParameter("c", new UniformDistribution(2, 2))]));
        Assert.Equal([0.25], axes.Places(["adam", "-1", "7"]));
        Assert.Equal(["sgd", "-1", "2"], axes.Settings([0.25]));
    }
}
