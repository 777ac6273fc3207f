namespace Weft.Training;

/// <summary>
/// What follows from the rows of a sweep, and from nothing else: which trials may begin, what each may see of the others, and whether it goes on at a rung.
/// So any number of workers, killed or not, make the same sweep.
/// </summary>
/// <remarks>
/// Trial n sees of trial m the values up to rung k where n − m ≥ L(k) = ⌈1.25 · P · 2^k⌉, P being the trials that may be under way at once; the end of a
/// trial is the rung after the last. It may begin when all that is there. What it may not see counts as running even where it is there.
/// Where all trials get the same few epochs (<see cref="EpochPruner"/>), the best of them have further numbers: such a trial may begin when all others are
/// over, and goes on with the run of one of them.
/// </remarks>
internal sealed class SweepRule
{
    private const double Lag = 1.25;

    private readonly SweepDefinition _definition;
    private readonly SearchMethod _method;
    private readonly int[] _rungs;
    private readonly int[] _lags;
    private readonly EpochPruner? _constant; // where it ends any trial

    /// <param name="method">Suggests settings.</param>
    /// <param name="parallel">How many trials may be under way at once.</param>
    /// <param name="epochs">Those of the longest trial.</param>
    public SweepRule(SweepDefinition definition, SearchMethod method, int parallel, int epochs)
    {
        (_definition, _method) = (definition, method);
        _rungs = [.. definition.Pruner?.Rungs(epochs) ?? []];
        _constant = _rungs.Length > 0 ? definition.Pruner as EpochPruner : null;
        _lags = [.. Enumerable.Range(0, _rungs.Length + 1).Select(rung => (int)Math.Min(int.MaxValue, Math.Ceiling(Lag * parallel * Math.Pow(2, rung))))];
    }

    /// <summary>How many trials there shall be in all; null for all of a grid.</summary>
    public int? CapOf(SweepRows rows) => _constant is { Keep: var further } ? _definition.RunCap + further : rows.Cap ?? _definition.RunCap;

    /// <summary>After which epochs the pruner looks at a trial.</summary>
    public IReadOnlyList<int> Rungs => _rungs;

    /// <summary>Whether the pruner looks at a trial after that epoch.</summary>
    public bool LooksAfter(int epoch) => _rungs.Contains(epoch);

    /// <summary>A value in the direction in which smaller is better.</summary>
    public double Smaller(double value) => _definition.Metric.LargerIsBetter ? -value : value;

    /// <summary>Whether a trial may begin: all that it must see is there.</summary>
    public bool MayBegin(int number, IReadOnlyList<TrialRow> trials) => trials.Count >= number
        && (_definition.GoesOnWithAnother(number) ? trials.Take(_definition.RunCap!.Value).All(trial => trial.IsOver)
            : trials.Take(number).All(trial => trial.IsOver || LastRung(number, trial.Number) is not { } rung
                || (rung < _rungs.Length && trial.Epochs >= _rungs[rung])));

    /// <summary>
    /// Whether no trial of that number is there to be: there are as many as there shall be, or one that it may see is good enough. To be asked where it
    /// may begin.
    /// </summary>
    public bool IsBeyond(int number, SweepRows rows) => _constant is not null ? number >= _definition.RunCap + GoingOn(rows.Trials).Count
        : (rows.Cap ?? _definition.RunCap) is { } cap && number >= cap
        || _definition.Target is { } target && Seen(number, rows.Trials).Any(trial =>
            trial.State == SeenState.Finished && trial.Value <= Smaller(target));

    /// <summary>The settings of a trial from 1 on, or null where there are no further ones. To be asked where it may begin.</summary>
    public IReadOnlyList<string>? Suggest(int number, IReadOnlyList<TrialRow> trials) =>
        OriginOf(number, trials) is var origin && origin != number ? trials[origin].Settings : _method.Suggest(number, Seen(number, trials));

    /// <summary>The trial whose run a trial goes on with; its own number for all but the best after <see cref="EpochPruner"/>.</summary>
    public int OriginOf(int number, IReadOnlyList<TrialRow> trials) =>
        _constant is not null && number - _definition.RunCap is >= 0 and var place && GoingOn(trials) is var best && place < best.Count ? best[place] : number;

    /// <summary>Whether a trial goes on after its last epoch.</summary>
    /// <param name="reports">Its epochs so far.</param>
    public bool GoesOn(int number, IReadOnlyList<TrialReport> reports, IReadOnlyList<TrialRow> trials)
    {
        if (_definition.GoesOnWithAnother(number) || _definition.Pruner is not { } pruner
            || Array.IndexOf(_rungs, reports[^1].Epoch) is not (>= 0 and var rung))
            return true;
        var others = trials.Take(number).Where(trial => number - trial.Number >= _lags[rung]);
        return pruner.GoesOn(number, rung, Values(reports, _rungs[rung]), [.. others.Select(trial => Values(trial.Reports, _rungs[rung]))]);
    }

    /// <inheritdoc cref="TrialCheckpoints.Superfluous"/>
    public IReadOnlyList<int> Superfluous(SweepRows rows) => _constant is null ? TrialCheckpoints.Superfluous(_definition, rows, number => number, [])
        : !MayBegin(_definition.RunCap!.Value, rows.Trials) ? [] // which of them go on is not known yet
        : TrialCheckpoints.Superfluous(
            _definition, rows, number => OriginOf(number, rows.Trials),
            GoingOn(rows.Trials).Where((_, place) => rows.Trials.ElementAtOrDefault(_definition.RunCap.Value + place) is not { IsOver: true }));

    // By number; to be asked when all trials had their few epochs.
    private IReadOnlyList<int> GoingOn(IReadOnlyList<TrialRow> trials) => _constant!.Best(
        trials.Take(_definition.RunCap!.Value).Where(trial => trial.State == TrialState.Pruned)
            .Select(trial => (trial.Number, Smaller(trial.Reports[^1].Value))));

    /// <summary>What a trial may see of those before it.</summary>
    public IReadOnlyList<SeenTrial> Seen(int number, IReadOnlyList<TrialRow> trials) => [.. trials.Take(number).Select(trial => Seen(number, trial))];

    private SeenTrial Seen(int number, TrialRow trial)
    {
        if (LastRung(number, trial.Number) is not { } rung)
            return Of(SeenState.Running, double.NaN, 0);
        if (rung == _rungs.Length || (trial.IsOver && trial.Epochs <= _rungs[rung]))
        {
            return trial.State switch
            {
                TrialState.Failed => Of(SeenState.Failed, double.NaN, trial.Epochs),
                TrialState.Pruned => Of(SeenState.Pruned, Smaller(trial.Reports[^1].Value), trial.Epochs),
                _ => Of(SeenState.Finished, trial.Best is { } best ? Smaller(best.Value) : double.NaN, trial.Epochs),
            };
        }

        var report = trial.Reports.Last(report => report.Epoch <= _rungs[rung]);
        return Of(SeenState.Pruned, Smaller(report.Value), report.Epoch);

        SeenTrial Of(SeenState state, double value, int epochs) => new(trial.Number, trial.Settings, state, value, epochs);
    }

    // The last rung that a trial sees of an earlier one; their number is its end. Null: none.
    private int? LastRung(int number, int earlier)
    {
        var rung = Array.FindLastIndex(_lags, lag => number - earlier >= lag);
        return rung < 0 ? null : rung;
    }

    private double[] Values(IReadOnlyList<TrialReport> reports, int epochs)
    {
        var values = new double[Math.Min(epochs, reports.Count == 0 ? 0 : reports[^1].Epoch)];
        Array.Fill(values, double.NaN); // between the rungs of squeezed trainings nothing was measured
        foreach (var report in reports.Where(report => report.Epoch <= epochs))
            values[report.Epoch - 1] = Smaller(report.Value);
        return values;
    }
}
