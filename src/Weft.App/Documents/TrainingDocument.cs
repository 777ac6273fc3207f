using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App;

/// <summary>What became of one seed of <c>train --seeds</c>.</summary>
[JsonDerivedType(typeof(TrainingDocument))]
[JsonDerivedType(typeof(FailedSeedDocument))]
internal abstract record SeedOutcome;

/// <summary>What <c>train</c>, <c>resume</c>, <c>extend</c> and <c>fork</c> print. The accuracy is the best checkpoint's.</summary>
internal sealed record TrainingDocument : SeedOutcome
{
    public required string Run { get; init; }

    public required string Model { get; init; }

    public required long Seed { get; init; }

    public required int Epochs { get; init; }

    public required long Steps { get; init; }

    public required int? BestEpoch { get; init; }

    public required double? ValidationAccuracy { get; init; }

    public required double? ValidationLoss { get; init; }

    public required double TrainSeconds { get; init; }

    public required double ImagesPerSecond { get; init; }

    public required string StopReason { get; init; }

    /// <summary>Left out where the run is shown in no other tool.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrackingEntry>? Tracking { get; init; }

    public static TrainingDocument Of(TrainingResult result) => new()
    {
        Run = result.Run!.Path,
        Model = result.NetworkName,
        Seed = result.Seed,
        Epochs = result.Epochs,
        Steps = result.Steps,
        BestEpoch = result.Best?.Epoch,
        ValidationAccuracy = result.Best?.ValidationAccuracy,
        ValidationLoss = result.Best?.ValidationLoss,
        TrainSeconds = result.TrainTime.TotalSeconds,
        ImagesPerSecond = result.ImagesPerSecond,
        StopReason = result.StopReason,
    };
}

/// <summary>A seed whose training ended with an error.</summary>
/// <param name="Run">The run's folder; null where its name was not chosen before.</param>
internal sealed record FailedSeedDocument(string? Run, long Seed, ErrorDocument Error) : SeedOutcome;

/// <summary>What <c>train --seeds</c> prints.</summary>
/// <param name="Seeds">How many were trained to a validated epoch.</param>
/// <param name="ValidationAccuracy">Their mean; null where there is none.</param>
/// <param name="ValidationAccuracyDeviation">Their standard deviation; null for fewer than two.</param>
internal sealed record SeedsDocument(IReadOnlyList<SeedOutcome> Runs, int Seeds, double? ValidationAccuracy, double? ValidationAccuracyDeviation);
