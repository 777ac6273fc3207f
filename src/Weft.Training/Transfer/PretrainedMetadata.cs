using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What is known of weights that another program has trained.</summary>
internal sealed record PretrainedMetadata
{
    /// <summary>The catalog's network that they are for.</summary>
    public required string Network { get; init; }

    /// <summary>Where they come from: a package and its version, or a file's name.</summary>
    public required string Source { get; init; }

    /// <summary>Under what they may be used, as its source says; "unknown" where it says nothing.</summary>
    public required string Licence { get; init; }

    /// <summary>SHA-256 of the file that they were read from.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>The mean of RGB from 0 to 1, as <see cref="Preprocessing"/> has it.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>The deviation of RGB from 0 to 1, as <see cref="Preprocessing"/> has it.</summary>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>Height and width of the pictures that they were trained on.</summary>
    public required int Side { get; init; }

    /// <summary>For each tensor of the file that was taken, the name that it has in the network.</summary>
    public required IReadOnlyDictionary<string, string> Taken { get; init; }

    /// <summary>The file's tensors that the network has no place for: its classifier, counters.</summary>
    public required IReadOnlyList<string> LeftOver { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PretrainedMetadata))]
internal sealed partial class PretrainedJson : JsonSerializerContext;
