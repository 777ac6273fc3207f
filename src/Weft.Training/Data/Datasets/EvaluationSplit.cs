using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>The parts of a data set that can be evaluated. Numbers are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EvaluationSplit>))]
public enum EvaluationSplit
{
    [JsonStringEnumMemberName("validation")]
    Validation = 1,

    [JsonStringEnumMemberName("test")]
    Test = 2,
}
