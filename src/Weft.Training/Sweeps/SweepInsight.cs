namespace Weft.Training;

/// <summary>What a pruner's look at the trials of a sweep came to.</summary>
/// <param name="Epochs">After how many it looked.</param>
/// <param name="Reached">Trials that were measured then.</param>
/// <param name="Ended">Trials that ended there.</param>
/// <param name="Agreement"><see cref="SweepInsight.RankAgreement"/>; null where too few trials say anything.</param>
internal sealed record RungOutcome(int Epochs, int Reached, int Ended, double? Agreement)
{
    /// <summary>Below this, ranks say too little about those at the end: a later first look would prune better.</summary>
    public const double WeakAgreement = 0.5;

    public bool IsWeak => Agreement < WeakAgreement;
}

/// <summary>What pruning spent and saved.</summary>
/// <param name="Pruned">How many trials ended early.</param>
/// <param name="Spent">Epochs of the trials that finished or were pruned, as trained.</param>
/// <param name="Whole">The epochs they would have been without a pruner.</param>
internal sealed record PruningBill(int Pruned, long Spent, long Whole);

/// <summary>What the trials of a sweep say about its parameters and its pruner.</summary>
internal static class SweepInsight
{
    private const int Groups = 4;
    private const int FewestTrials = 8;
    private const int None = -1; // the group of what is no number, such as the default's dropout where it has none

    /// <summary>
    /// How much of the variance of the values a parameter explains by itself: ω² of the ranks of the values over the parameter's choices, or over four groups
    /// of equally many trials where it is a number. 0 for what chance alone would give; empty where fewer than eight trials have a value.
    /// </summary>
    /// <remarks>
    /// ω² = (SSB − (g − 1) · MSW) / (SST + MSW), with the sums of squares between and within g groups (Hays, Statistics, 1963). Ranks, since one trial
    /// that diverged would be all the variance. Each trial counts with the value after its last epoch, so that pruned ones do too.
    /// </remarks>
    public static IReadOnlyDictionary<string, double> Importance(SweepDefinition definition, IReadOnlyList<TrialRow> trials)
    {
        var known = trials.Where(trial => trial.IsOver && !definition.GoesOnWithAnother(trial.Number))
            .Where(trial => trial.Best is { } best && !double.IsNaN(best.Value)).ToList();
        if (known.Count < FewestTrials)
            return new Dictionary<string, double>();
        var ranks = Ranks([.. known.Select(trial => trial.Best!.Value.Value)]);
        return definition.Space.Parameters.Index().ToDictionary(
            parameter => parameter.Item.Key,
            parameter => Explained(GroupsOf(parameter.Item, [.. known.Select(trial => trial.Settings[parameter.Index])]), ranks));
    }

    /// <summary>
    /// Kendall's τ-b between the values at a rung and at the end, over the finished trials: how far the pruner could trust what it saw. Null for
    /// fewer than three.
    /// </summary>
    public static double? RankAgreement(IReadOnlyList<TrialRow> trials, int epochs)
    {
        var pairs = trials.Where(trial => trial.State == TrialState.Finished && trial.Best is not null)
            .Select(trial => (Early: trial.Reports.FirstOrDefault(report => report.Epoch == epochs), trial.Best!.Value.Value))
            .Where(pair => pair.Early.Epoch == epochs && !double.IsNaN(pair.Early.Value) && !double.IsNaN(pair.Value)).ToList();
        return pairs.Count < 3 ? null : KendallTau([.. pairs.Select(pair => pair.Early.Value)], [.. pairs.Select(pair => pair.Value)]);
    }

    /// <summary>Each look of the pruner, the earliest first.</summary>
    public static IReadOnlyList<RungOutcome> Rungs(Sweep sweep, IReadOnlyList<TrialRow> trials) =>
    [
        .. sweep.Rule.Rungs.Select(rung => new RungOutcome(
            rung, trials.Count(trial => trial.Reports.Any(report => report.Epoch == rung) && !sweep.Definition.GoesOnWithAnother(trial.Number)),
            trials.Count(trial => trial.State == TrialState.Pruned && trial.Epochs == rung) - GoneOn(sweep, trials), RankAgreement(trials, rung))),
    ];

    private static int GoneOn(Sweep sweep, IReadOnlyList<TrialRow> trials) => trials.Count(trial => sweep.Definition.GoesOnWithAnother(trial.Number));


    /// <summary>What pruning spent and saved so far: of the trials that finished or were pruned.</summary>
    public static PruningBill Bill(Sweep sweep, IReadOnlyList<TrialRow> trials)
    {
        var over = trials.Where(trial => trial.State is TrialState.Finished or TrialState.Pruned).ToList();
        return new PruningBill(
            over.Count(trial => trial.State == TrialState.Pruned) - GoneOn(sweep, trials), over.Sum(trial => SweepTable.EpochsSpent(sweep.Definition, trial)),
            over.Where(trial => !sweep.Definition.GoesOnWithAnother(trial.Number))
                .Sum(trial => (long)(trial.State == TrialState.Pruned ? sweep.PlannedEpochs(trial) : trial.Epochs)));
    }

    /// <summary>Kendall's τ-b; NaN where one of the two is constant.</summary>
    internal static double KendallTau(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var (sum, left, right) = (0L, 0L, 0L);
        for (var i = 0; i < a.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (x, y) = (a[i].CompareTo(a[j]), b[i].CompareTo(b[j]));
                (sum, left, right) = (sum + Math.Sign(x) * Math.Sign(y), left + Math.Abs(Math.Sign(x)), right + Math.Abs(Math.Sign(y)));
            }
        }

        return sum / Math.Sqrt((double)left * right);
    }

    private static int[] GroupsOf(SearchParameter parameter, IReadOnlyList<string> texts)
    {
        var distinct = texts.Distinct().ToList();
        if (parameter is CategoricalParameter || distinct.Count <= Groups)
            return [.. texts.Select(text => distinct.IndexOf(text))];
        double[] values = [.. texts.Select(NumericParameter.Value)];
        var (ranks, known) = (Ranks(values), values.Count(value => !double.IsNaN(value)));
        return [.. ranks.Select((rank, i) => double.IsNaN(values[i]) ? None : Math.Min(Groups - 1, (int)((rank - 0.5) * Groups / known)))];
    }

    // From 1; equal values share the mean of their ranks.
    private static double[] Ranks(double[] values)
    {
        var ranks = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            ranks[i] = values.Count(value => value < values[i]) + (values.Count(value => value == values[i]) + 1) / 2.0;
        return ranks;
    }

    private static double Explained(int[] groups, double[] ranks)
    {
        double[] values = [.. ranks.Where((_, i) => groups[i] != None)];
        groups = [.. groups.Where(group => group != None)];
        var mean = values.Average();
        var parts = values.Index().GroupBy(value => groups[value.Index], value => value.Item).Select(part => part.ToList()).ToList();
        var total = values.Sum(value => (value - mean) * (value - mean));
        var between = parts.Sum(part => part.Count * Math.Pow(part.Average() - mean, 2));
        if (parts.Count < 2 || values.Length <= parts.Count)
            return 0;
        var within = (total - between) / (values.Length - parts.Count);
        return Math.Max(0, (between - (parts.Count - 1) * within) / (total + within));
    }
}
