namespace Weft.Training.Tests;

public class LookAlikesTests
{
    [Fact]
    public void Shades_and_smooth_copies_of_one_picture_are_found_and_plain_ones_are_not()
    {
        var shape = new FeatureShape(40, 40, 3);
        var pictures = new List<byte[]>();
        for (var thing = 0; thing < 30; thing++)
        {
            pictures.Add(Draw(shape, thing, shade: 1));
            pictures.Add(Draw(shape, thing, shade: 0.6));
        }

        pictures.Add([.. Enumerable.Repeat((byte)200, shape.Length)]);
        pictures.Add([.. Enumerable.Repeat((byte)201, shape.Length)]);
        var small = pictures.Select(picture =>
        {
            var shrunk = new byte[LookAlikes.Length];
            LookAlikes.Shrink(picture, shape, shrunk);
            return shrunk;
        }).ToList();
        var (pairs, isCut) = LookAlikes.Of(small.Count, i => small[i], threads: 2, TestContext.Current.CancellationToken);
        Assert.False(isCut);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (2 * i, 2 * i + 1)), pairs.Select(pair => (pair.First, pair.Second)));
        Assert.All(pairs, pair => Assert.InRange(pair.Correlation, LookAlikes.Threshold, 1));
    }

    [Fact]
    public void Sets_are_numbered_by_their_first_members()
    {
        var sets = new DisjointSets(6);
        sets.Join(4, 1);
        sets.Join(5, 4);
        sets.Join(1, 5);
        Assert.Equal(4, sets.Count);
        Assert.Equal([0, 1, 2, 3, 1, 1], sets.Numbers());
    }

    // Blobs at places that the thing's number draws.
    private static byte[] Draw(FeatureShape shape, int thing, double shade)
    {
        var rng = Rng.For(thing, RngPurpose.Analysis);
        var picture = new byte[shape.Length];
        for (var p = 0; p < shape.Pixels; p++)
        {
            var (y, x) = Math.DivRem(p, shape.Width);
            var light = 0.0;
            for (var blob = 0; blob < 6; blob++)
                light += Math.Exp(-(Math.Pow(y - rng.Int(blob, 40), 2) + Math.Pow(x - rng.Int(10 + blob, 40), 2)) / 30);
            for (var c = 0; c < 3; c++)
                picture[p * 3 + c] = (byte)(30 + shade * 200 * Math.Min(1, light));
        }

        return picture;
    }
}
