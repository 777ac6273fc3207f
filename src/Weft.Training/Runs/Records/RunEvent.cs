using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>Something that happened in a run: one JSON object on a line of <c>events.jsonl</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStarted), "run_started")]
[JsonDerivedType(typeof(RunResumed), "run_resumed")]
[JsonDerivedType(typeof(StepDone), "step")]
[JsonDerivedType(typeof(EpochDone), "epoch")]
[JsonDerivedType(typeof(CheckpointSaved), "checkpoint_saved")]
[JsonDerivedType(typeof(SamplesChosen), "samples")]
[JsonDerivedType(typeof(SystemSampled), "system")]
[JsonDerivedType(typeof(EpochObserved), "observed")]
[JsonDerivedType(typeof(Warned), "warning")]
[JsonDerivedType(typeof(RunStopped), "run_stopped")]
public abstract record RunEvent
{
    /// <summary>The version of the format this program writes.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    public DateTimeOffset Time { get; init; }
}

public sealed record RunStarted(int ProcessId, string Machine, int Threads, int Epochs, int StepsPerEpoch) : RunEvent;

public sealed record RunResumed(int ProcessId, string Machine, int Threads, int Epoch, long Step, int Epochs, int StepsPerEpoch) : RunEvent;

/// <summary>Observers see every step; files get every <see cref="Every"/>th.</summary>
/// <param name="Loss">Mean over the epoch so far.</param>
/// <param name="Accuracy">Over the epoch so far, with augmentation and dropout active.</param>
public sealed record StepDone(int Epoch, long Step, double Loss, double Accuracy, double LearningRate, double ImagesPerSecond) : RunEvent
{
    public const int Every = 10;
}

/// <param name="IsBest">Whether this is now the best epoch.</param>
public sealed record EpochDone(
    int Epoch, long Step, double TrainLoss, double TrainAccuracy, double ValidationLoss, double ValidationAccuracy, double LearningRate,
    double Seconds, double ImagesPerSecond, bool IsBest) : RunEvent
{
    /// <value>See <see cref="MetricsRow.Further"/>; null where there are none.</value>
    [JsonPropertyName("metrics")]
    public MetricValues? Further { get; init; }

    public static EpochDone Of(MetricsRow row, bool isBest) => new(
        row.Epoch, row.Step, row.TrainLoss, row.TrainAccuracy, row.ValidationLoss, row.ValidationAccuracy,
        row.LearningRate, row.Seconds, row.ImagesPerSecond, isBest)
    {
        Further = row.Further.Count == 0 ? null : row.Further,
    };

    /// <summary>The epoch as <c>metrics.csv</c> holds it.</summary>
    public MetricsRow ToRow() => new(
        Epoch, Step, TrainLoss, TrainAccuracy, ValidationLoss, ValidationAccuracy, LearningRate, Seconds, ImagesPerSecond)
    {
        Further = Further ?? MetricValues.None,
    };
}

/// <param name="File">Within the run's folder.</param>
/// <param name="EpochSeconds">Time spent in the unfinished epoch, so that a resumed epoch counts it.</param>
public sealed record CheckpointSaved(string File, int Epoch, long Step, double EpochSeconds) : RunEvent;

/// <param name="Code">Kebab-case: "checkpoint-damaged", "disk-full".</param>
public sealed record Warned(string Code, string What, string? Safe = null) : RunEvent;

/// <param name="Reason">See <see cref="StopReasons"/>.</param>
/// <param name="Detail">For people.</param>
public sealed record RunStopped(string Reason, string Detail, int Epoch, long Step) : RunEvent;

/// <summary>The stop reasons written to files and to <c>--json</c>.</summary>
public static class StopReasons
{
    public const string Completed = "completed";
    public const string NoImprovement = "no_improvement";
    public const string TimeBudget = "time_budget";
    public const string Interrupted = "interrupted";
    public const string Diverged = "diverged";

    /// <summary>A sweep ended it early; resuming goes on.</summary>
    public const string Pruned = "pruned";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunEvent))]
internal sealed partial class RunEventJson : JsonSerializerContext;
