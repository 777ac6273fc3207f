namespace Weft.Training;

/// <summary>
/// Asynchronous successive halving in its stopping form: at each rung a trial goes on if it is among the best of those that got there, one of every eta.
/// </summary>
/// <param name="MinimumEpochs">The first rung; the others are its products with eta, eta² … Default: null, max(1, epochs/eta³).</param>
/// <param name="Eta">Above 1. Default: 3.</param>
/// <remarks>
/// With m others at the rung: fewer than eta say nothing, the trial goes on; else it goes on if its rank is at most ⌈(m+1)/eta⌉, the best having rank 1
/// and equal ones the same. A trial whose value is NaN stops. Li et al., "A system for massively parallel hyperparameter tuning", 2018; there trials pause.
/// </remarks>
internal sealed record AshaPruner(int? MinimumEpochs = null, double Eta = 3) : Pruner
{
    public override IReadOnlyList<int> Rungs(int epochs)
    {
        var first = MinimumEpochs ?? Math.Max(1, (int)(epochs / (Eta * Eta * Eta)));
        return Rising(first, Eta, epochs);
    }

    public override bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others)
    {
        // The values end at the rung.
        var epoch = values.Count;
        var own = values[epoch - 1];
        if (double.IsNaN(own))
            return false;
        double[] rivals = [.. others.Where(other => other.Count >= epoch).Select(other => other[epoch - 1])];
        return rivals.Length < Eta || 1 + rivals.Count(rival => rival < own) <= Math.Ceiling((rivals.Length + 1) / Eta);
    }
}
