namespace Weft.Training;

/// <summary>A step that was just done.</summary>
/// <param name="Loss">Mean over the step's samples.</param>
public readonly record struct StepReport(int Epoch, long Step, double Loss, double LearningRate);

/// <summary>An epoch that was just validated.</summary>
/// <param name="BestBefore">The best of the epochs before, or null.</param>
public readonly record struct EpochReport(int Epoch, double ValidationAccuracy, double ValidationLoss, BestEpoch? BestBefore)
{
    /// <value>The metrics besides accuracy and loss. Default: none.</value>
    public MetricValues? Further { get; init; }

    /// <value>Whether it is the best so far. Default: false.</value>
    public bool IsBest { get; init; }

    /// <summary>NaN for a metric that was not computed.</summary>
    public double Value(EpochMetric metric) => metric.Of(ValidationAccuracy, ValidationLoss, Further ?? MetricValues.None);
}

/// <summary>What a policy wants done. Wishes of several policies add up; only the training loop acts.</summary>
public readonly record struct Decision
{
    public static Decision None => default;

    public static Decision SaveLastNow => new() { SaveLast = true };

    public static Decision SaveBestNow => new() { SaveBest = true };

    public static Decision KeepEpochNow => new() { KeepEpoch = true };

    public bool SaveLast { get; init; }

    public bool SaveBest { get; init; }

    /// <summary>Keep this epoch's checkpoint for good.</summary>
    public bool KeepEpoch { get; init; }

    /// <summary>One of <see cref="StopReasons"/>, or null to go on.</summary>
    public string? StopReason { get; init; }

    /// <summary>The reason as a sentence to show to people.</summary>
    public string? StopDetail { get; init; }

    /// <summary>Whether resuming the run goes on after this stop.</summary>
    public bool MayResume { get; init; }

    public static Decision operator +(Decision a, Decision b) => new()
    {
        SaveLast = a.SaveLast || b.SaveLast,
        SaveBest = a.SaveBest || b.SaveBest,
        KeepEpoch = a.KeepEpoch || b.KeepEpoch,
        StopReason = a.StopReason ?? b.StopReason,
        StopDetail = a.StopReason is null ? b.StopDetail : a.StopDetail,
        MayResume = a.StopReason is null ? b.MayResume : a.MayResume,
    };
}

/// <summary>Looks at what happened and says what should follow. What it has to remember goes into every checkpoint.</summary>
public interface ITrainingPolicy
{
    /// <summary>Names its state in checkpoints.</summary>
    string Name { get; }

    Decision AfterStep(in StepReport step) => Decision.None;

    Decision AfterEpoch(in EpochReport epoch) => Decision.None;

    /// <summary>Everything needed to go on, or null when there is nothing.</summary>
    string? State => null;

    /// <exception cref="FormatException">The text is no state of this policy.</exception>
    void Restore(string state) { }
}
