namespace Weft.Training;

/// <summary>What a person can do next, in terms of the library. The command line says each as a command to paste.</summary>
public abstract record NextStep
{
    private protected NextStep()
    {
    }
}

/// <summary>Train a run's configuration anew, as another run next to it.</summary>
/// <param name="Changes">Values that differ from the run's; empty: none.</param>
public sealed record RetrainWith(RunFolder Run, IReadOnlyList<ConfigurationValue> Changes) : NextStep;

/// <summary>Analyze a run's mistakes on a split.</summary>
public sealed record AnalyzeRun(RunFolder Run, EvaluationSplit Split) : NextStep
{
    /// <summary>Explain only images of the first class that were predicted as the second; null: all mistakes.</summary>
    public (int Label, int Prediction)? Pair { get; init; }

    /// <summary>How many networks are trained to find suspect training labels; null: none.</summary>
    public int? Folds { get; init; }
}
