namespace Weft.Lab.Tests;

/// <summary>Every rung of every ladder on a small shape with remainders, against the definition in double.</summary>
public sealed class LadderTests
{
    public static TheoryData<string, int> LaddersAndThreads()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in Ladders.All)
        {
            data.Add(kind.Name, 1);
            data.Add(kind.Name, 2);
        }

        return data;
    }

    [Theory, MemberData(nameof(LaddersAndThreads))]
    public void Every_rung_computes_the_definition(string name, int threads)
    {
        using var ladder = Open(name, threads);
        Assert.All(ladder.Rungs, rung => Assert.InRange(Measurement.Check(ladder, rung), 0, ladder.Bound));
    }

    [Theory, InlineData("convolution"), InlineData("linear"), InlineData("norm"), InlineData("optimizer")]
    public void A_rung_that_computes_nothing_is_found_out(string name)
    {
        using var ladder = Open(name, threads: 1);
        Assert.Throws<InvalidOperationException>(() => Measurement.Check(ladder, new Rung("idle", "It does nothing.", () => { })));
    }

    [Fact]
    public void The_last_rung_is_the_engines() => Assert.All(Ladders.All, kind =>
    {
        using var ladder = kind.Open(kind.SmallShape, 1);
        Assert.StartsWith("engine", ladder.Rungs[^1].Name);
    });

    private static Ladder Open(string name, int threads)
    {
        var kind = Ladders.All.Single(kind => kind.Name == name);
        return kind.Open(kind.SmallShape, threads);
    }
}
