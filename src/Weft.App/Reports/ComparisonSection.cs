using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Whether the runs can be told apart: bars with intervals, and McNemar's test for every pair.</summary>
internal static class ComparisonSection
{
    /// <summary>On the test images where all runs were evaluated on them, else on those of the report. Nothing for one run; a sentence where the runs were not evaluated on the same images.</summary>
    public static Html Render(IReadOnlyList<RunReader> runs, EvaluationSplit split)
    {
        if (runs.All(run => RunResult.Exists(run.Folder, EvaluationSplit.Test)))
            split = EvaluationSplit.Test;
        if (runs.Count < 2 || !runs.All(run => RunResult.Exists(run.Folder, split)))
            return Html.Nothing;
        try
        {
            return Render(new ModelComparison([.. runs.Select(run => RunResult.Read(run, split))]));
        }
        catch (WeftException different) when (different.Code == ExitCode.Usage)
        {
            return Html.Of($"<section><h2>Can they be told apart?</h2><p>They cannot be compared: {different.What}.</p></section>");
        }
    }

    private static Html Render(ModelComparison comparison)
    {
        string Chance(double p) => p < 0.0001 ? "< 0.0001" : p.ToString("0.0000", CultureInfo.InvariantCulture);
        var rows = Html.Join(comparison.Pairs.Select(pair => Html.Of(
            $"<tr><th scope=\"row\">{pair.First.Name} against {pair.Second.Name}</th><td>{pair.Test.OnlyFirst}</td><td>{pair.Test.OnlySecond}</td><td>{Chance(pair.Corrected)}</td><td><b>{pair.Verdict}</b></td></tr>")));
        var chart = AccuracyChart.Svg(AccuracyBar.Of(comparison), $"Accuracy on {comparison.Split.ToString().ToLowerInvariant()} images");
        return Html.Of(
            $"""
            <section><h2>Can they be told apart?</h2><div class="bars">{new Html(chart)}</div>
            <p class="read">McNemar's test looks only at the images that one network of a pair gets right and the other wrong; the probability that a difference as large comes by chance is corrected for all pairs (Holm). Runs that differ in nothing but their seed count as one network.</p>
            <div class="wide"><table class="numbers"><thead><tr><th>pair</th><th>only the first right</th><th>only the second</th><th>by chance</th><th></th></tr></thead><tbody>{rows}</tbody></table></div></section>
            """);
    }
}
