using Weft.Training;

namespace Weft.App;

/// <summary>An analysis in words, for the terminal.</summary>
internal static class AnalysisText
{
    private const int PairsShown = 8;

    public static IEnumerable<string> Lines(AnalysisResult result)
    {
        var evaluation = result.Evaluation;
        var names = evaluation.Classes.Select(Printable.Escape).ToArray();
        yield return "";
        yield return $"{Printable.Escape(result.Checkpoint.Run.Name)}@{result.Checkpoint.Name} on {Figures.Count(evaluation.Count)} "
            + $"{result.Split.ToString().ToLowerInvariant()} images, in {result.Elapsed.TotalSeconds:F1} s";
        yield return $"accuracy {Figures.Percent(evaluation.Accuracy)} (95 %: {Figures.Percent(evaluation.Interval.Low)} to "
            + $"{Figures.Percent(evaluation.Interval.High)}), {evaluation.Count - evaluation.Correct} mistakes; "
            + $"{Figures.Count(result.Parameters)} parameters, {Figures.Count(result.FlopsPerSample / 1e6)} MFLOP and {1e6 / result.ImagesPerSecond:F0} µs an "
                + "image";
        yield return "";
        yield return "most confused";
        var width = names.Max(name => name.Length);
        foreach (var pair in result.Pairs.Take(PairsShown))
            yield return $"  {names[pair.Label].PadRight(width)} taken for {names[pair.Prediction].PadRight(width)} {pair.Count,5} times, "
                + $"{Figures.Percent(pair.Share, 1),6} of all mistakes";
        yield return "";
        yield return $"calibration: ECE {result.Calibration.ExpectedError:F4}; with temperature {result.Scaled.Temperature:F3} "
            + $"{result.Scaled.ExpectedError:F4}";
        yield return "";
        yield return "suspected reasons, mistakes against correct predictions";
        foreach (var reason in result.Reasons)
            yield return $"  {reason.Title}: {Printable.Escape(reason.Sentence)}";
        yield return "";
        foreach (var line in Findings(result.Findings, result.Checkpoint.Run))
            yield return line;
    }

    /// <summary>Each with its next command.</summary>
    public static IEnumerable<string> Findings(IReadOnlyList<Finding> findings, RunFolder run)
    {
        if (findings.Count == 0)
            yield break;
        yield return "findings";
        foreach (var finding in findings)
        {
            yield return $"  · {Printable.Escape(finding.Sentence)}";
            if (finding.Action is { } action)
                yield return $"    {Printable.Escape(CommandText.For(action.For(run)))}";
        }
    }
}
