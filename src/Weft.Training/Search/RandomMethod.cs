namespace Weft.Training;

/// <summary>Draws each trial's settings by the distributions, independently of all others.</summary>
internal sealed class RandomMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    public override IReadOnlyList<string> Suggest(int number, IReadOnlyList<SeenTrial> seen) => Space.DrawUnseen(Random(SearchDraw.Settings, number), seen);
}
