using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>Something that happened in a sweep: one JSON object on a line of <c>trials.jsonl</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TrialProposed), "proposed")]
[JsonDerivedType(typeof(TrialClaimed), "claimed")]
[JsonDerivedType(typeof(TrialReported), "reported")]
[JsonDerivedType(typeof(TrialReleased), "released")]
[JsonDerivedType(typeof(TrialEnded), "ended")]
[JsonDerivedType(typeof(SweepChanged), "changed")]
internal abstract record SweepEvent
{
    /// <summary>The version of the format this program writes.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    public DateTimeOffset Time { get; init; }
}

/// <param name="Settings">As the sweep's parameters are ordered.</param>
internal sealed record TrialProposed(int Trial, IReadOnlyList<string> Settings) : SweepEvent;

internal sealed record TrialClaimed(int Trial, int Attempt, string Worker) : SweepEvent;

/// <param name="Value">The sweep's metric.</param>
/// <param name="Loss">The validation loss.</param>
/// <param name="Accuracy">The validation accuracy.</param>
/// <param name="Best">Whether it is the best epoch so far.</param>
internal sealed record TrialReported(int Trial, int Attempt, int Epoch, double Value, double Loss, double Accuracy, bool Best) : SweepEvent;

/// <param name="Reason">What went wrong; null where the worker was only asked to stop.</param>
internal sealed record TrialReleased(int Trial, int Attempt, string? Reason = null) : SweepEvent;

internal sealed record TrialEnded(int Trial, int Attempt, TrialState State, string? Reason = null) : SweepEvent;

/// <param name="Trials">How many there shall be; null leaves it.</param>
/// <param name="Stopped">Whether further ones begin; null leaves it.</param>
internal sealed record SweepChanged(int? Trials = null, bool? Stopped = null) : SweepEvent;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SweepEvent))]
internal sealed partial class SweepEventJson : JsonSerializerContext;
