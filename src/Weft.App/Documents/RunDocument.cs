using System.Text.Json.Serialization;

namespace Weft.App;

/// <summary>A run as <c>runs</c>, <c>runs show</c> and <c>runs watch</c> print it. Ratios are 0…1, times seconds.</summary>
internal sealed record RunDocument
{
    public required string Run { get; init; }

    public required string Name { get; init; }

    public required string Model { get; init; }

    public required long Seed { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required string State { get; init; }

    /// <summary>Epochs that are finished.</summary>
    public required int Epochs { get; init; }

    public required int? PlannedEpochs { get; init; }

    public required int? BestEpoch { get; init; }

    public required double? ValidationAccuracy { get; init; }

    public required double? ValidationLoss { get; init; }

    /// <summary>The further metrics of the best epoch; null in runs that have none.</summary>
    public IReadOnlyDictionary<string, double?>? Metrics { get; init; }

    public required int ValidationImages { get; init; }

    public required double TrainSeconds { get; init; }

    /// <summary>What is damaged in its records and left out; null where nothing is.</summary>
    public required string? Damage { get; init; }

    /// <summary>The names of its checkpoints, by <c>runs show</c> alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Checkpoints { get; init; }
}

/// <summary>The runs of a folder.</summary>
internal sealed record RunsDocument(string Folder, IReadOnlyList<RunDocument> Runs, IReadOnlyList<UnreadableRunEntry> Unreadable);

/// <summary>A folder that looks like a run and cannot be read.</summary>
internal sealed record UnreadableRunEntry(string Run, int Code, string What);
