using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What a network says about a picture, as a row of tables and in JSON.</summary>
internal sealed record PredictionEntry(string File, string Class, int Index, float Probability, IReadOnlyList<float> Probabilities)
{
    /// <summary>Whether the picture is unlike all training pictures; absent where the run does not know them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unlike { get; init; }

    /// <summary>To the tenth nearest training picture: 1 less the cosine of their features.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Distance { get; init; }

    /// <summary>The three most similar training pictures.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LikePicture>? Nearest { get; init; }

    /// <summary>Whether what the picture shows was cut out and made as training images are; absent where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Adapted { get; init; }

    /// <summary>Whether an adapted picture was recognized with little certainty; absent where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unsure { get; init; }
}
