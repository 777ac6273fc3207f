using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What <c>run.json</c> says: what a run is and where it was made. Written once, at the start.</summary>
public sealed record RunInformation
{
    public const int CurrentVersion = 1;

    internal const int MaximumBytes = 16 << 20; // 65,536 classes with long names

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

    /// <value>The metric that chooses the best epoch, where it is not the validation accuracy; else null.</value>
    public string? BestMetric { get; init; }

    /// <value>The checkpoint it was forked from, as RUN@CHECKPOINT, or null.</value>
    public string? ForkedFrom { get; init; }

    /// <summary>Reads and checks what <c>run.json</c> holds.</summary>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: it is no description of a run; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public static RunInformation Parse(ReadOnlyMemory<byte> json, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.GetProperty("v").GetInt32() is var version && version > CurrentVersion)
                throw FormatVersion.Newer(where, CurrentVersion, version);
            var information = document.RootElement.Deserialize(RunInformationJson.Default.RunInformation) ?? throw new JsonException("null is no description.");
            return information.Violation() is { } violation ? throw new JsonException(violation) : information;
        }
        catch (Exception damage) when (damage is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or NotSupportedException)
        {
            throw new WeftException(ErrorKind.StoreDamaged, "the run's description is damaged", damage)
            {
                Where = where, Expected = "what was written when the run began", Found = damage.Message.Split('\n')[0], Safe = "nothing was changed",
            };
        }
    }

    private string? Violation() => this switch
    {
        { Version: < 1 } => $"the version is {Version}",
        { ParameterCount: < 0 } or { FlopsPerImage: < 0 } => "a count is negative",
        _ when CommandLine.Any(word => word is null) || Data.Classes.Any(name => name is null) => "a name is null",
        { Data: { Train: < 0 } or { Validation: < 0 } } => "a number of samples is negative",
        { Data.Classes.Count: 0 or > RunLimits.Classes } => $"there are {Data.Classes.Count} classes",
        _ when Data.Mean.Count == 0 || Data.Mean.Count != Data.StandardDeviation.Count =>
            $"{Data.Mean.Count} means and {Data.StandardDeviation.Count} deviations",
        _ when !Data.Mean.Concat(Data.StandardDeviation).All(double.IsFinite) => "a mean or a deviation is not finite",
        { Machine: { Cores: < 0 } or { Threads: < 0 } or { VectorBits: < 0 } } => "a number of the machine is negative",
        _ => null,
    };
}

/// <param name="Fingerprint">SHA-256 over the content of the training files.</param>
/// <param name="Train">Samples trained on.</param>
/// <param name="Validation">Samples validated with.</param>
/// <param name="Folder">Where the files were at the start; null for a data set that is found by its name, and in runs of earlier versions.</param>
/// <param name="Mean">Per channel, of the training split, pixels in 0…1.</param>
public sealed record RunData(
    string Name, string Fingerprint, int Train, int Validation, long SplitSeed, IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation,
    IReadOnlyList<string> Classes, string? Folder = null)
{
    /// <value>See <see cref="TrainingData.ValidationFingerprint"/>; null in runs of earlier versions.</value>
    public string? ValidationFingerprint { get; init; }

    /// <summary>By which rule the run's images were divided.</summary>
    [JsonIgnore]
    internal SplitRule SplitRule => ValidationFingerprint is null ? SplitRule.Proportional : SplitRule.EveryClass;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunInformation))]
internal sealed partial class RunInformationJson : JsonSerializerContext;
