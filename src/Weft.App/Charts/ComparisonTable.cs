using Weft.Training;

namespace Weft.App;

/// <summary>A comparison for people: what each network reached and what it cost, and which of them can be told apart.</summary>
internal static class ComparisonTable
{
    public static IEnumerable<string> Lines(ModelComparison comparison) =>
        [.. Results(comparison), "", .. Pairs(comparison)];

    private static IEnumerable<string> Results(ModelComparison comparison)
    {
        var augmentations = comparison.Groups.SelectMany(group => group.Runs).Select(run => run.Augmentation).Distinct().ToArray();
        if (augmentations.Length > 1)
            yield return "NOTE: not all runs saw the same views of an image (tta); weft eval RUN with --tta, --tta-shift or --no-tta makes them alike.";
        else if (augmentations[0] != TestTimeAugmentation.None)
            yield return ViewWords.Of(augmentations[0]);
        var rows = new List<string[]> { new[] { "network", "accuracy", "95 % interval", "seeds", "mean ± deviation",
            "study", "views", "time a run", "parameters", "MFLOP/image" } };
        rows.AddRange(comparison.Groups.Select(group => Row(group, augmentations.Length > 1)));
        var used = Enumerable.Range(0, rows[0].Length).Where(column => rows.Skip(1).Any(row => row[column].Length > 0)).ToArray();
        foreach (var row in rows)
            yield return string.Join("  ", used.Select(column => column == 0 ? row[0].PadRight(Widest(0)) : row[column].PadLeft(Widest(column)))).TrimEnd();

        int Widest(int column) => rows.Max(row => row[column].Length);
    }

    private static string[] Row(ResultGroup group, bool withViews)
    {
        var first = group.First;
        var information = first.Run.Information;
        var published = information.Recipe is { } recipe ? PublishedAccuracy.Of(recipe[(recipe.IndexOf('/') + 1)..]) : null;
        return
        [
            Printable.Escape(group.Runs.Count == 1 ? first.Name : group.Label),
            Figures.Percent(first.Accuracy),
            $"{Figures.Percent(first.Interval.Low)} to {Figures.Percent(first.Interval.High)}",
            $"{group.Runs.Count}",
            group.Deviation is { } deviation ? $"{Figures.Percent(group.MeanAccuracy)} ± {deviation * 100:F2}" : "",
            published is { } known ? Figures.Percent(known) : "",
            withViews ? string.Join("/", group.Runs.Select(run => run.Augmentation.ViewCount).Distinct()) : "",
            Figures.Duration(TimeSpan.FromSeconds(group.Runs.Average(run => run.Trained.TotalSeconds))),
            Figures.Count(information.ParameterCount),
            information.FlopsPerImage is { } flops ? Figures.Count(flops / 1e6) : "",
        ];
    }

    private static IEnumerable<string> Pairs(ModelComparison comparison)
    {
        if (comparison.Pairs.Count == 0)
            yield break;
        var width = comparison.Pairs.Max(pair => Title(pair).Length);
        yield return $"{"McNemar's test".PadRight(width)}  {"only first",10}  {"only second",11}  {"exact p",8}  {"mid-p",8}  {"corrected",9}";
        foreach (var pair in comparison.Pairs)
        {
            yield return $"{Title(pair).PadRight(width)}  {pair.Test.OnlyFirst,10}  {pair.Test.OnlySecond,11}  {Probability(pair.Test.Exact),8}  "
                + $"{Probability(pair.Test.MidP),8}  "
                + $"{Probability(pair.Corrected),9}  {Printable.Escape(pair.Verdict)}";
        }

        yield return "only first: images that the first alone gets right. Corrected: mid-p after Holm's correction for all pairs; below 0.05 they are told "
            + "apart.";
        if (comparison.Groups.Any(group => group.Runs.Count > 1))
            yield return "Networks of several seeds are compared by the runs of their first seed; accuracy and interval are that run's.";
    }

    private static string Title(ResultPair pair) => Printable.Escape($"{pair.First.Name} – {pair.Second.Name}");

    private static string Probability(double p) => p < 0.0001 ? "< 0.0001" : Figures.Loss(p);
}
