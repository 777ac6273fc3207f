using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What rank 0 says to the others before a training: first with what, then, once all have got ready, whether it begins.</summary>
internal sealed record RankStart
{
    /// <summary>Every key with its value, and a checkpoint follows; else null.</summary>
    public IReadOnlyDictionary<string, string>? Configuration { get; init; }

    public SplitRule SplitRule { get; init; }

    /// <summary>Rank 0's exit code, where it does not train.</summary>
    public int ExitCode { get; init; }
}

/// <summary>What has to be equal on all ranks.</summary>
internal sealed record RankFacts(string Machine, string Program, string Data, string Vectors);

[JsonSerializable(typeof(RankStart))]
[JsonSerializable(typeof(RankFacts))]
internal sealed partial class RankJson : JsonSerializerContext;
