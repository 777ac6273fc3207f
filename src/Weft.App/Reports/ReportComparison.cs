using Weft.Training;

namespace Weft.App;

/// <summary>The runs of a report against each other.</summary>
/// <param name="Result">Null where they cannot be compared.</param>
/// <param name="Obstacle">Why they cannot be compared; empty where they can.</param>
public sealed record ReportComparison(ModelComparison? Result, string Obstacle)
{
    /// <summary>On the test images where all runs were evaluated on them, else on those of the report.</summary>
    /// <returns>Null for one run, and where not all were evaluated.</returns>
    public static ReportComparison? Of(IReadOnlyList<RunReader> runs, EvaluationSplit split)
    {
        if (runs.All(run => RunResult.Exists(run.Folder, EvaluationSplit.Test)))
            split = EvaluationSplit.Test;
        if (runs.Count < 2 || !runs.All(run => RunResult.Exists(run.Folder, split)))
            return null;
        try
        {
            return new ReportComparison(new ModelComparison([.. runs.Select(run => RunResult.Read(run, split))]), "");
        }
        catch (WeftException different) when (different.Kind == ErrorKind.InvalidInput)
        {
            return new ReportComparison(null, different.What);
        }
    }
}
