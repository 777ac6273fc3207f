namespace Weft.Training;

/// <summary>
/// Tree-structured Parzen estimators: of 24 candidates drawn from the density of the good trials, the one that is most likely there and least likely among all
/// others. Running trials count as bad ones, so that parallel ones keep their distance. The first ten trials, and further ones until ten have a value, are
/// Sobol's points.
/// </summary>
/// <remarks>Bergstra et al., "Algorithms for hyper-parameter optimization", 2011; joint kernels, as the multivariate estimator of Optuna 5.</remarks>
internal sealed class ParzenMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    public const int FirstTrials = 10;

    private const int Candidates = 24;
    private const int MostRounds = 8;
    private const int MostGood = 25;

    private readonly SobolMethod _first = new(space, seed);
    private readonly SearchAxes _axes = new(space);

    public override IReadOnlyList<string> Suggest(int number, IReadOnlyList<SeenTrial> seen)
    {
        if (number <= FirstTrials || seen.Count(HasEnded) < FirstTrials || _axes.Free.Count == 0)
            return _first.Suggest(number, seen);
        var (goodTrials, otherTrials) = Divide(seen);
        ParzenEstimator Estimator(IReadOnlyList<SeenTrial> trials) => new(_axes.Free, [.. trials.Select(trial => _axes.Places(trial.Settings))]);
        var (good, others) = (Estimator(goodTrials), Estimator(otherTrials));
        var (rng, taken) = (Random(SearchDraw.Candidates, number), SearchSpace.Taken(seen));
        for (var round = 0; round < MostRounds; round++)
        {
            IReadOnlyList<string>? best = null;
            var highest = double.NegativeInfinity;
            for (var candidate = 0; candidate < Candidates; candidate++)
            {
                var point = good.Draw(rng.Derive(round * Candidates + candidate));
                var (gain, settings) = (good.LogDensity(point) - others.LogDensity(point), _axes.Settings(point));
                if (gain > highest && !taken.Contains(settings))
                    (best, highest) = (settings, gain);
            }

            if (best is not null)
                return best;
        }

        return Space.DrawUnseen(Random(SearchDraw.Settings, number), seen);
    }

    /// <summary>
    /// The good trials are the best min(⌈0.1·n⌉, 25) of n that finished or were pruned: finished ones by value, then pruned ones by their epochs, most first,
    /// and value, then failed ones. Both lists are by number.
    /// </summary>
    public static (IReadOnlyList<SeenTrial> Good, IReadOnlyList<SeenTrial> Others) Divide(IReadOnlyList<SeenTrial> seen)
    {
        var count = Math.Min((int)Math.Ceiling(0.1 * seen.Count(HasEnded)), MostGood);
        HashSet<int> good =
        [
            .. seen.Where(trial => trial.State is not SeenState.Running).OrderBy(Rank).ThenBy(trial => trial.State is SeenState.Pruned ? -trial.Epochs : 0)
                .ThenBy(trial => double.IsNaN(trial.Value) ? double.PositiveInfinity : trial.Value).ThenBy(trial => trial.Number)
                .Take(count).Select(trial => trial.Number),
        ];
        return ([.. seen.Where(trial => good.Contains(trial.Number))], [.. seen.Where(trial => !good.Contains(trial.Number))]);
    }

    private static bool HasEnded(SeenTrial trial) => Rank(trial) < 2;

    private static int Rank(SeenTrial trial) => trial.State switch
    {
        SeenState.Finished when !double.IsNaN(trial.Value) => 0,
        SeenState.Pruned => 1,
        _ => 2,
    };
}
