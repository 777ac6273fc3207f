using Weft.Training;

namespace Weft.App;

/// <summary>What <c>plan</c> says about a training before it begins.</summary>
internal sealed record PlanDocument
{
    public required string Model { get; init; }

    public required string? Recipe { get; init; }

    public required IReadOnlyDictionary<string, ConfigurationEntry> Values { get; init; }

    public required long Parameters { get; init; }

    public required long FlopsPerImage { get; init; }

    public required long MemoryBytes { get; init; }

    public required long NeededMemoryBytes { get; init; }

    public required long MemoryLimitBytes { get; init; }

    public required string MemoryLimitSource { get; init; }

    public required int StepsPerEpoch { get; init; }

    public required long Steps { get; init; }

    public required double StepMilliseconds { get; init; }

    public required double EstimatedSeconds { get; init; }

    public required IReadOnlyList<double> LearningRates { get; init; }

    public required IReadOnlyList<PlannedLayerEntry> Layers { get; init; }

    /// <summary>What several processes would make of it; null where nobody asked.</summary>
    public RankPlan? Ranks { get; init; }
}

/// <summary>A layer of the planned network.</summary>
internal sealed record PlannedLayerEntry(string Layer, string Summary, long Parameters, long FlopsPerImage);

/// <summary>The rates and losses that <c>lr-find</c> measured.</summary>
/// <param name="Suggestion">Null where the loss falls nowhere.</param>
/// <param name="Lowest">The rate with the lowest loss; null where there is none.</param>
internal sealed record LearningRateSearchDocument(double? Suggestion, double? Lowest, bool Exploded, IReadOnlyList<LearningRateEntry> Points);

/// <summary>The loss of one step at one learning rate.</summary>
internal sealed record LearningRateEntry(double LearningRate, double Loss, double SmoothedLoss);
