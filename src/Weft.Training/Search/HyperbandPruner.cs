namespace Weft.Training;

/// <summary>
/// W&amp;B's early termination: at each band a trial stops that is worse than the element ⌊n/eta⌋ of the sorted values there of all n trials, its own included.
/// </summary>
/// <param name="MinimumEpochs">"min_iter": the first band; the others are its products with eta, eta² …</param>
/// <param name="MaximumEpochs">"max_iter": bands at its quotients by eta, eta² … Goes before <paramref name="MinimumEpochs"/>.</param>
/// <param name="Bands">"s": how many bands there are below <paramref name="MaximumEpochs"/>.</param>
/// <param name="Eta">Above 1. Default: 3.</param>
/// <param name="Strict">Whether the value at the band counts, else the best so far. Default: true.</param>
/// <remarks>The rule of hyperband_stopping.py in wandb/sweeps; it stops trials where Li et al., "Hyperband", 2018, give them budgets. Epochs without a value
/// are left out there and so here: the value at a band is then that of a later epoch.</remarks>
internal sealed record HyperbandPruner(int? MinimumEpochs, int? MaximumEpochs = null, int Bands = 1, double Eta = 3, bool Strict = true) : Pruner
{
    public override IReadOnlyList<int> Rungs(int epochs)
    {
        if (MaximumEpochs is not { } maximum)
            return Rising(MinimumEpochs ?? 1, Eta, epochs);
        var rungs = new List<int>();
        for (var (band, k) = (maximum / Eta, 0); k < Bands && band >= 1; band /= Eta, k++)
        {
            if ((int)band < epochs && !rungs.Contains((int)band))
                rungs.Insert(0, (int)band);
        }

        return rungs;
    }

    public override bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others)
    {
        var band = values.Count;
        double[] own = [.. values.Where(value => !double.IsNaN(value))];
        if (own.Length < band)
            return true;
        List<double> all = [own[band - 1]];
        foreach (var other in others)
        {
            double[] known = [.. other.Where(value => !double.IsNaN(value))];
            if (known.Length >= band)
                all.Add(known[band - 1]);
        }

        all.Sort();
        var threshold = all[Math.Min((int)(1 / Eta * all.Count), all.Count - 1)];
        return !((Strict ? own[band - 1] : own.Min()) > threshold);
    }
}
