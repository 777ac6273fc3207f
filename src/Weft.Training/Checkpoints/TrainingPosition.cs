using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>How far a training has come, between two steps: with weights and optimizer state all that is needed to go on with the same bits.</summary>
public sealed record TrainingPosition
{
    public int CompletedEpochs { get; init; }

    /// <summary>Steps done of the epoch after <see cref="CompletedEpochs"/>.</summary>
    public int StepInEpoch { get; init; }

    /// <summary>Steps done in all.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the losses of the unfinished epoch's samples.</summary>
    public double LossSum { get; init; }

    /// <summary>How many samples of the unfinished epoch were predicted correctly.</summary>
    public long Correct { get; init; }

    /// <summary>How many samples of the unfinished epoch were trained on.</summary>
    public long Samples { get; init; }

    public BestEpoch? Best { get; init; }

    /// <summary>What each policy has to remember, by its name.</summary>
    public IReadOnlyDictionary<string, string> PolicyStates { get; init; } = new Dictionary<string, string>();

    /// <summary>Why training is over for good (see <see cref="StopReasons"/>); null while there is more to do.</summary>
    public string? StopReason { get; init; }

    /// <summary>The reason as a sentence to show to people.</summary>
    public string? StopDetail { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrainingPosition))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(Preprocessing))]
[JsonSerializable(typeof(ModelRelease))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
