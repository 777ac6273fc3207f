using Weft.Training;

namespace Weft.Interchange;

/// <summary>A value that every tracker shows under the same name.</summary>
/// <param name="Goal">+1 where more is better, −1 where less is, 0 where neither.</param>
/// <param name="PerEpoch">Whether it is told once an epoch.</param>
internal sealed record TrackedValue(string Name, int Goal, bool PerEpoch);

/// <summary>The names of a run's values and what they are at a moment. Losses and accuracies of a step are means over the epoch so far.</summary>
internal static class TrackedValues
{
    public const string ValidationAccuracy = "validation/accuracy";
    public const string ValidationLoss = "validation/loss";
    public const string TrainAccuracy = "train/accuracy";
    public const string TrainLoss = "train/loss";
    public const string LearningRate = "learning_rate";
    public const string StepLearningRate = "step/learning_rate";

    public static IReadOnlyList<TrackedValue> All =>
    [
        new("step/loss", -1, false), new("step/accuracy", 1, false), new(StepLearningRate, 0, false), new("step/images_per_second", 0, false),
        new(TrainLoss, -1, true), new(TrainAccuracy, 1, true), new(ValidationLoss, -1, true), new(ValidationAccuracy, 1, true),
        .. EpochMetric.Further.Select(metric => new TrackedValue(OfMetric(metric.Name), metric.LargerIsBetter ? 1 : -1, true)),
        new(LearningRate, 0, true), new("epoch_seconds", 0, true), new("images_per_second", 0, true),
    ];

    private static string OfMetric(string name) => $"validation/{name}";

    public static (string Name, double Value)[] Of(StepTold told) =>
    [
        ("step/loss", told.Step.Loss), ("step/accuracy", told.Step.Accuracy), (StepLearningRate, told.Step.LearningRate),
        ("step/images_per_second", told.Step.ImagesPerSecond),
    ];

    public static (string Name, double Value)[] Of(EpochTold told) =>
    [
        (TrainLoss, told.Epoch.TrainLoss), (TrainAccuracy, told.Epoch.TrainAccuracy), (ValidationLoss, told.Epoch.ValidationLoss),
        (ValidationAccuracy, told.Epoch.ValidationAccuracy),
        .. (told.Epoch.Further ?? MetricValues.None).Select(metric => (OfMetric(metric.Key), metric.Value)),
        (LearningRate, told.Epoch.LearningRate), ("epoch_seconds", told.Epoch.Seconds), ("images_per_second", told.Epoch.ImagesPerSecond),
    ];
}
