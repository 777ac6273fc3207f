namespace Weft.Training;

/// <summary>A configuration that is trained with several seeds and set against others.</summary>
/// <param name="Name">Short, as part of the names of its runs.</param>
/// <param name="Label">For people.</param>
/// <param name="Searched">Its value in the search that chose it; null where none did.</param>
/// <param name="Note">What its runs shall know of the sweep that it comes from; null where it comes from none.</param>
internal sealed record Contender(string Name, string Label, ResolvedConfiguration Configuration, double? Searched = null, TrialNote? Note = null);

/// <summary>
/// Several configurations, the same fresh seeds, one comparison on the validation images. The runs are all it remembers, so whoever is killed and started again
/// ends with the same numbers. The first contender is the one that the others are set against.
/// </summary>
internal sealed class Contest
{
    private readonly RunStore _runs;
    private readonly string _prefix;

    /// <param name="prefix">Begins the names of the runs.</param>
    /// <param name="seeds">How many, from <paramref name="firstSeed"/> on.</param>
    public Contest(RunStore runs, string prefix, IReadOnlyList<Contender> contenders, int seeds, long firstSeed, EpochMetric metric)
    {
        (_runs, _prefix, Contenders, Metric) = (runs, prefix, contenders, metric);
        Seeds = [.. Enumerable.Range(0, seeds).Select(i => firstSeed + i)];
    }

    public IReadOnlyList<Contender> Contenders { get; }

    public IReadOnlyList<long> Seeds { get; }

    public EpochMetric Metric { get; }

    /// <summary>In the order of training: the first seed of each contender before the second of any.</summary>
    public IEnumerable<(Contender Contender, PlannedRun Run)> Runs() =>
        Seeds.SelectMany(seed => Contenders.Select(contender => (contender, RunOf(contender, seed))));

    public PlannedRun RunOf(Contender contender, long seed) => new(
        _runs, $"{_prefix}-{contender.Name}-s{seed}", contender.Configuration.With(new ConfigurationValue("training.seed", $"{seed}", "fresh seed")))
    {
        Note = contender.Note,
    };

    /// <summary>Evaluates a finished run's best checkpoint on the validation images, unless that was done before.</summary>
    public RunResult Evaluate(PlannedRun run, Func<DataConfiguration, ImageDataset> open, int? threads, CancellationToken cancellationToken)
    {
        if (!RunResult.Exists(run.Folder, EvaluationSplit.Validation))
        {
            using var owned = RunLock.Take(run.Folder);
            var checkpoint = _runs.FindCheckpoint($"{run.Folder.Path}@best");
            using var evaluation = new RunEvaluation(checkpoint, open, threads);
            EvaluationFiles.Write(owned, checkpoint, EvaluationSplit.Validation, evaluation.Validation(cancellationToken: cancellationToken));
        }

        return RunResult.Read(new RunReader(run.Folder), EvaluationSplit.Validation);
    }

    /// <summary>The comparison, once every run is finished and evaluated, or has diverged.</summary>
    /// <param name="results">By the names of the runs; a run that diverged has none. Those of the first contender are all there.</param>
    public ContestTable Table(IReadOnlyDictionary<string, RunResult> results)
    {
        var rows = Contenders.Select(contender => new ContestRow(
            contender, [.. Seeds.Select(seed => results.GetValueOrDefault(RunOf(contender, seed).Name)).OfType<RunResult>()], Metric)).ToList();
        var (first, others) = (rows[0], rows.Skip(1).Where(row => row.Runs.Count == Seeds.Count).ToList());
        var tests = others.Select(row => McNemar.Of(first.Runs[0].Predictions, row.Runs[0].Predictions)).ToList();
        var corrected = McNemar.Holm([.. tests.Select(test => test.MidP)]);
        var tested = others.Select((row, i) => row with { Test = tests[i], Corrected = corrected[i], Against = first }).ToDictionary(row => row.Contender);
        return new ContestTable(
            Metric, [first, .. rows.Skip(1).Select(row => tested.GetValueOrDefault(row.Contender) ?? row with { HasDiverged = true })]);
    }
}

/// <summary>What a contender reached.</summary>
/// <param name="Runs">By seed.</param>
internal sealed record ContestRow(Contender Contender, IReadOnlyList<RunResult> Runs, EpochMetric Metric)
{
    /// <value>The first contender; null for itself.</value>
    public ContestRow? Against { get; init; }

    /// <value>Against the first contender, by the runs of the first seed. Null for itself.</value>
    public McNemar? Test { get; init; }

    /// <value>The test's mid-p after Holm's correction for all rows.</value>
    public double? Corrected { get; init; }

    /// <value>Whether a run of it diverged. It is compared with nothing then. Default: false.</value>
    public bool HasDiverged { get; init; }

    /// <summary>The metric at each run's best epoch.</summary>
    public IReadOnlyList<double> Values => [.. Runs.Select(run => run.Run.Best is { } best
        ? Metric.Of(best.ValidationAccuracy, best.ValidationLoss, best.Further) : double.NaN)];

    /// <summary>Over the seeds; NaN where one diverged.</summary>
    public double Mean => HasDiverged ? double.NaN : Values.Average();

    /// <summary>Standard deviation over the seeds, with n − 1; NaN for one.</summary>
    public double Deviation => HasDiverged ? double.NaN : SampleDeviation.Of(Values);

    /// <summary>The mean over the seeds of what this contender's value is above the first one's; null for the first.</summary>
    public double? Difference => Against is null ? null : Differences.Average();

    /// <summary>Half the width of the difference's 95 % interval by Student's t over the seeds; null for the first, or for one seed.</summary>
    public double? DifferenceMargin => Against is null || Values.Count < 2 ? null
        : StudentT.TwoSided(Values.Count - 1, 0.05) * SampleDeviation.Of(Differences) / Math.Sqrt(Values.Count);

    /// <summary>What the search promised beyond what fresh seeds gave, in the direction in which positive means luck; null where nothing searched.</summary>
    public double? Luck => !HasDiverged && Contender.Searched is { } searched ? (Metric.LargerIsBetter ? searched - Mean : Mean - searched) : null;

    /// <summary>Floating-point operations of the whole training, roughly: three passes an image.</summary>
    public double Cost => 3.0 * (Runs[0].Run.Information.FlopsPerImage ?? 0) * Runs.Average(run => (double)run.Epochs);

    /// <summary>Whether both the images of the first seed and the values of all seeds tell it from the first contender.</summary>
    public bool CanBeToldApart => Corrected < ResultPair.Level && (DifferenceMargin is not { } margin || Math.Abs(Difference!.Value) > margin);

    private IReadOnlyList<double> Differences => [.. Values.Zip(Against!.Values, (own, other) => own - other)];
}

/// <summary>What became of a contest.</summary>
/// <param name="Rows">The first is what the others are set against.</param>
internal sealed record ContestTable(EpochMetric Metric, IReadOnlyList<ContestRow> Rows)
{
    /// <summary>What the table says where something is so.</summary>
    public const string Yes = "yes";

    /// <summary>The rows, the best mean first; those that diverged last.</summary>
    public IReadOnlyList<ContestRow> Ranked => [.. Rows.OrderBy(row => row.HasDiverged).ThenBy(row => Metric.LargerIsBetter ? -row.Mean : row.Mean)];

    /// <summary>
    /// What to take: the best of those that are better than the first contender beyond chance; where there is none, the first contender or, if they cost less,
    /// the cheapest of those that cannot be told from it.
    /// </summary>
    public ContestRow Choice
    {
        get
        {
            bool IsBetter(ContestRow row) => row.CanBeToldApart && Metric.IsBetter(row.Mean, Rows[0].Mean);
            return Ranked.FirstOrDefault(IsBetter) ?? Rows.Where(row => !row.CanBeToldApart && !row.HasDiverged).MinBy(row => row.Cost)!;
        }
    }

    /// <summary>A row a contender and a column a figure.</summary>
    public string ToCsv()
    {
        var table = new CsvText([
            "contender", "label", "seeds", "metric", "mean", "deviation", "difference", "difference_margin", "only_first", "only_this", "mid_p", "corrected_p",
            "told_apart", "searched", "luck", "epochs", "chosen"]);
        var choice = Choice;
        foreach (var row in Rows)
        {
            table.Add([
                row.Contender.Name, row.Contender.Label, row.Runs.Count, Metric.Name, row.Mean, row.Deviation, row.Difference, row.DifferenceMargin,
                row.Test?.OnlyFirst, row.Test?.OnlySecond, row.Test?.MidP, row.Corrected, row.Against is null ? null : row.CanBeToldApart ? Yes : "no",
                row.Contender.Searched, row.Luck, row.HasDiverged ? null : row.Runs.Average(run => (double)run.Epochs), row == choice ? Yes : null]);
        }

        return table.ToString();
    }
}
