using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What is fixed when a sweep is made: <c>sweep.json</c>. With the file next to it and the data, the whole sweep follows.</summary>
internal sealed record SweepInformation
{
    public const int MaximumBytes = 1 << 20;

    /// <summary>The version of the format, and of the algorithms: another one would suggest other trials.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    public required string Name { get; init; }

    /// <value>How many trials may be under way at once.</value>
    public required int Parallel { get; init; }

    /// <value>Those of the longest trial.</value>
    public required int Epochs { get; init; }

    /// <value>Keys and values that the command line added to the file's.</value>
    public required IReadOnlyList<SweepConstant> Constants { get; init; }

    /// <value>The recipe that the command line chose; null leaves it to the file.</value>
    public required string? Recipe { get; init; }

    /// <value>The number of trials that the command line chose; null leaves it to the file.</value>
    public required int? Trials { get; init; }

    /// <value>The folder from where paths in the file lead.</value>
    public required string SourceFolder { get; init; }

    public required string DataFingerprint { get; init; }

    public required int VectorBits { get; init; }

    public required string WeftVersion { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <value>The address of the database that holds the rows, as it is reached from here. Default: null, the folder holds them.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Store { get; init; }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: it is no such description; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public static SweepInformation Parse(string json, string where)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, SweepInformationJson.Default.SweepInformation);
            if (read is { Version: > CurrentVersion })
                throw FormatVersion.Newer(where, CurrentVersion, read.Version);
            if (read is { Version: >= 1, Parallel: >= 1 and <= Largest, Epochs: >= 1 and <= RunLimits.Epochs, Trials: null or >= 1 })
                return read;
        }
        catch (JsonException damage)
        {
            throw Damaged(where, damage.Message, damage);
        }

        throw Damaged(where, "values that no sweep has", null);
    }

    /// <summary>The most trials that may be under way at once.</summary>
    public const int Largest = 10_000;

    public string ToJson() => JsonSerializer.Serialize(this, SweepInformationJson.Default.SweepInformation);

    private static WeftException Damaged(string where, string found, Exception? cause) =>
        new(ErrorKind.StoreDamaged, "the sweep's description is damaged", cause)
        {
            Where = where, Expected = "what weft sweep wrote", Found = found, Safe = "nothing was changed",
        };
}

/// <summary>A value that every trial of a sweep has.</summary>
internal sealed record SweepConstant(string Key, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SweepInformation))]
internal sealed partial class SweepInformationJson : JsonSerializerContext;
