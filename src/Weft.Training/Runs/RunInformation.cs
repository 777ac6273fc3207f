using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What <c>run.json</c> says: what a run is and where it was made. Written once, at the start.</summary>
public sealed record RunInformation
{
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    public required string Name { get; init; }

    public required string Model { get; init; }

    /// <value>"tuned/cnn5", or null when none was used.</value>
    public string? Recipe { get; init; }

    public required long Seed { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required IReadOnlyList<string> CommandLine { get; init; }

    public required RunMachine Machine { get; init; }

    public required RunData Data { get; init; }

    public required long ParameterCount { get; init; }

    /// <value>Multiplications plus additions of a forward pass over one image; null in runs of earlier versions.</value>
    public long? FlopsPerImage { get; init; }

    /// <value>The checkpoint it was forked from, as RUN@CHECKPOINT, or null.</value>
    public string? ForkedFrom { get; init; }
}

/// <param name="Fingerprint">SHA-256 over the content of the training files.</param>
/// <param name="Train">Samples trained on.</param>
/// <param name="Validation">Samples validated with.</param>
/// <param name="Folder">Where the files were at the start; null for a data set that is found by its name, and in runs of earlier versions.</param>
/// <param name="Mean">Per channel, of the training split, pixels in 0…1.</param>
public sealed record RunData(
    string Name, string Fingerprint, int Train, int Validation, long SplitSeed, IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation,
    IReadOnlyList<string> Classes, string? Folder = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunInformation))]
internal sealed partial class RunInformationJson : JsonSerializerContext;
