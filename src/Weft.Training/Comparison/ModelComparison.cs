namespace Weft.Training;

/// <summary>Runs that differ in nothing but their seed, taken together.</summary>
/// <param name="Runs">In the order of their seeds; the first stands for the group where one run has to.</param>
public sealed record ResultGroup(IReadOnlyList<RunResult> Runs)
{
    public RunResult First => Runs[0];

    public double MeanAccuracy => Runs.Average(run => run.Accuracy);

    /// <summary>The recipe without its group where it has one, else the run's name.</summary>
    internal string Label => First.Run.Information.Recipe is null ? First.Name : Network;

    /// <summary>The recipe, or the model where there is none, without its group.</summary>
    internal string Network => First.Recipe[(First.Recipe.IndexOf('/') + 1)..];

    /// <summary>Standard deviation over the seeds, with n − 1; null for one seed.</summary>
    public double? Deviation => Runs.Count < 2 ? null : SampleDeviation.Of([.. Runs.Select(run => run.Accuracy)]);
}

/// <summary>Two groups set against each other by the runs of their first seeds, which were fixed before anything was known about them.</summary>
/// <param name="Corrected">The mid-p probability after Holm's correction for all pairs of the comparison.</param>
public sealed record ResultPair(RunResult First, RunResult Second, McNemar Test, double Corrected)
{
    public const double Level = 0.05;

    public bool CanBeToldApart => Corrected < Level;

    /// <summary>For people: which is better, or that nobody can tell.</summary>
    public string Verdict => !CanBeToldApart ? "cannot be told apart" : $"{(Test.OnlyFirst > Test.OnlySecond ? First : Second).Name} is better";
}

/// <summary>A comparison of runs on the images of one split.</summary>
public sealed class ModelComparison
{
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the runs were not evaluated on the same images; <see cref="ErrorKind.DatasetMismatch"/>: their data differ.
    /// </exception>
    public ModelComparison(IReadOnlyList<RunResult> runs)
    {
        RequireSameData(runs);
        Split = runs[0].Split;
        Groups = [.. runs.GroupBy(run => run.Group).Select(group => new ResultGroup([.. group.OrderBy(run => run.Configuration.Training.Seed)]))];
        var pairs = new List<(RunResult First, RunResult Second, McNemar Test)>();
        for (var i = 0; i < Groups.Count; i++)
        {
            for (var j = i + 1; j < Groups.Count; j++)
                pairs.Add((Groups[i].First, Groups[j].First, McNemar.Of(Groups[i].First.Predictions, Groups[j].First.Predictions)));
        }

        // Runs of one group are compared with each other where there is nothing else to compare.
        if (Groups is [{ Runs.Count: > 1 } only])
            pairs.AddRange(only.Runs.Skip(1).Select(run => (only.First, run, McNemar.Of(only.First.Predictions, run.Predictions))));
        var corrected = McNemar.Holm([.. pairs.Select(pair => pair.Test.MidP)]);
        Pairs = [.. pairs.Select((pair, i) => new ResultPair(pair.First, pair.Second, pair.Test, corrected[i]))];
    }

    public EvaluationSplit Split { get; }

    public IReadOnlyList<ResultGroup> Groups { get; }

    public IReadOnlyList<ResultPair> Pairs { get; }

    private static void RequireSameData(IReadOnlyList<RunResult> runs)
    {
        var known = runs.Where(run => run.DataFingerprint is not null).ToList();
        if (known.Find(run => run.DataFingerprint != known[0].DataFingerprint) is not { } other)
            return;
        throw new WeftException(ErrorKind.DatasetMismatch, $"the runs {known[0].Name} and {other.Name} were evaluated on different data")
        {
            Where = other.Run.Folder.EvaluationFolder(other.Split.ToString().ToLowerInvariant()),
            Expected = $"sha256 {known[0].DataFingerprint}",
            Found = $"sha256 {other.DataFingerprint}",
            Safe = "nothing was changed",
            Next = new Advice("compare runs that were evaluated on the same data"),
        };
    }
}
