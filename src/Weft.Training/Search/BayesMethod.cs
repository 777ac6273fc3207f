namespace Weft.Training;

/// <summary>A Gaussian process while it is cheap and knows best, up to 200 trials with a value and 20 parameters; else Parzen estimators.</summary>
internal sealed class BayesMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    private const int MostTrials = 200;
    private const int MostParameters = 20;

    private readonly GaussianProcessMethod _process = new(space, seed);
    private readonly ParzenMethod _parzen = new(space, seed);
    private readonly int _parameters = new SearchAxes(space).Free.Count;

    public override IReadOnlyList<string> Suggest(int number, IReadOnlyList<SeenTrial> seen) =>
        _parameters <= MostParameters && seen.Count(GaussianProcessMethod.Counts) <= MostTrials
            ? _process.Suggest(number, seen)
            : _parzen.Suggest(number, seen);
}
