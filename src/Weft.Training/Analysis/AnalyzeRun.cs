namespace Weft.Training;

/// <summary>Analyze a run's mistakes on a split.</summary>
internal sealed record AnalyzeRun(RunFolder Run, EvaluationSplit Split) : NextStep
{
    /// <summary>Explain only images of the first class that were predicted as the second; null: all mistakes.</summary>
    public (int Label, int Prediction)? Pair { get; init; }

    /// <summary>How many networks are trained to find suspect training labels; null: none.</summary>
    public int? Folds { get; init; }
}
