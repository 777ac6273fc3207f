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

    /// <summary>Every picture of a labelled set that is not the run's own data.</summary>
    [JsonStringEnumMemberName("all")]
    All = 3,
}
