using System.Text.Json.Serialization;

namespace Weft.App;

/// <summary>What a command prints when it fails.</summary>
internal sealed record ErrorAnswer(ErrorDocument Error);

/// <summary>An error; what is unknown is left out.</summary>
internal sealed record ErrorDocument(int Code, string Name, string What)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Where { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expected { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Found { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Safe { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Do { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemEntry>? Problems { get; init; }
}

/// <summary>One of several values that cannot be.</summary>
internal sealed record ProblemEntry(string Where, string Expected, string Found);
