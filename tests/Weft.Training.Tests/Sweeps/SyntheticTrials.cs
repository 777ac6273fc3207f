namespace Weft.Training.Tests;

/// <summary>Trials that cost nothing: their curves are a function of the settings.</summary>
internal sealed class SyntheticTrials(int epochs) : ITrialRunner
{
    /// <summary>Called before each epoch; what it throws is the trial's failure.</summary>
    public Action<int, int> BeforeEpoch { get; init; } = (_, _) => { };

    public Func<int, int, double, double> Change { get; init; } = (_, _, value) => value;

    public TrialOutcome Run(TrialClaim trial, Func<TrialReport, bool> after, CancellationToken cancellationToken)
    {
        var best = double.PositiveInfinity;
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            if (cancellationToken.IsCancellationRequested)
                return TrialOutcome.Interrupted;
            BeforeEpoch(trial.Number, epoch);
            var value = Change(trial.Number, epoch, Value(trial.Settings, epoch));
            var isBest = value < best;
            best = Math.Min(best, value);
            if (!after(new TrialReport(epoch, value, value, 1 / (1 + value), isBest)) && epoch < epochs)
                return TrialOutcome.Pruned;
        }

        return TrialOutcome.Completed;
    }

    /// <summary>Falls with the epochs to the distance from a point.</summary>
    public static double Value(IReadOnlyList<string> settings, int epoch)
    {
        var sum = 0.0;
        for (var i = 0; i < settings.Count; i++)
            sum += Math.Pow(double.Parse(settings[i], System.Globalization.CultureInfo.InvariantCulture) - 0.2 - 0.1 * i, 2);
        return Math.Sqrt(sum) + 1.0 / epoch;
    }
}

/// <summary>A method for tests: its settings depend on all that it sees, so that a difference anywhere shows in all that follows.</summary>
internal sealed class SensitiveMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    public override IReadOnlyList<string>? Suggest(int number, IReadOnlyList<SeenTrial> seen)
    {
        var hash = new Rng((ulong)(Seed + number));
        foreach (var trial in seen)
            hash = hash.Derive((ulong)BitConverter.DoubleToInt64Bits(trial.Value)).Derive((ulong)trial.State).Derive((ulong)trial.Epochs);
        return [.. Space.Parameters.Select((_, i) => hash.Double(i).ToString("R", System.Globalization.CultureInfo.InvariantCulture))];
    }
}

/// <summary>A pruner for tests: a third goes on.</summary>
internal sealed record BestThird : Pruner
{
    public override IReadOnlyList<int> Rungs(int epochs) => [.. new[] { 1, 3 }.Where(rung => rung < epochs)];

    public override bool GoesOn(int number, int rung, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others)
    {
        var at = Rungs(int.MaxValue)[rung] - 1;
        var known = others.Where(other => other.Count > at).Select(other => other[at]).ToList();
        return known.Count < 3 || known.Count(other => other < values[at]) <= known.Count / 3;
    }
}
