namespace Weft.Training;

/// <summary>
/// Points that fill the space evenly: Sobol's sequence, every coordinate shifted by digits that depend on the seed. Trial <em>n</em> is the point
/// <em>n</em> − 1. Settings that an earlier trial has are replaced by drawn ones.
/// </summary>
internal sealed class SobolMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    public override IReadOnlyList<string> Suggest(int number, IReadOnlyList<SeenTrial> seen)
    {
        var settings = Space.At(SobolSequence.Shifted(number - 1, Space.Parameters.Count, Stream(Seed, SearchDraw.Shift)));
        return SearchSpace.Taken(seen).Contains(settings) ? Space.DrawUnseen(Random(SearchDraw.Settings, number), seen) : settings;
    }
}
