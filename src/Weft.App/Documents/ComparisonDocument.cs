using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>compare</c> and <c>study</c> found out. Groups are runs that differ in their seed alone.</summary>
internal sealed record ComparisonDocument(EvaluationSplit Split, IReadOnlyList<ComparedGroup> Groups, IReadOnlyList<ComparedPair> Pairs)
{
    public ComparisonDocument(ModelComparison comparison) : this(
        comparison.Split,
        [.. comparison.Groups.Select(
            group => new ComparedGroup(group.Label, group.MeanAccuracy, group.Deviation, [.. group.Runs.Select(ComparedRun.Of)]))],
        [.. comparison.Pairs.Select(ComparedPair.Of)])
    {
    }

    /// <summary>The folder of a study's results; left out by <c>compare</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Results { get; init; }

    /// <summary>How often a study's runs opened the test images; left out by <c>compare</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TestOpenings { get; init; }
}

/// <param name="Deviation">The standard deviation over the seeds; null for one seed.</param>
internal sealed record ComparedGroup(string Name, double MeanAccuracy, double? Deviation, IReadOnlyList<ComparedRun> Runs);

/// <summary>One run of a comparison: what it reached and what it cost.</summary>
internal sealed record ComparedRun
{
    public required string Run { get; init; }

    public required string Model { get; init; }

    public required long Seed { get; init; }

    public required string Checkpoint { get; init; }

    public required bool Tta { get; init; }

    public required int TtaShift { get; init; }

    public required int Count { get; init; }

    public required int Correct { get; init; }

    public required double Accuracy { get; init; }

    public required double AccuracyLow { get; init; }

    public required double AccuracyHigh { get; init; }

    public required double TrainSeconds { get; init; }

    public required long Parameters { get; init; }

    public required long? FlopsPerImage { get; init; }

    public static ComparedRun Of(RunResult run) => new()
    {
        Run = run.Run.Folder.Path,
        Model = run.Run.Information.Model,
        Seed = run.Run.Information.Seed,
        Checkpoint = run.Checkpoint,
        Tta = run.Augmentation.Mirrored,
        TtaShift = run.Augmentation.Shift,
        Count = run.Predictions.Count,
        Correct = run.Correct,
        Accuracy = run.Accuracy,
        AccuracyLow = run.Interval.Low,
        AccuracyHigh = run.Interval.High,
        TrainSeconds = run.Trained.TotalSeconds,
        Parameters = run.Run.Information.ParameterCount,
        FlopsPerImage = run.Run.Information.FlopsPerImage,
    };
}

/// <summary>McNemar's test of two groups.</summary>
/// <param name="OnlyFirst">How many images the first alone gets right.</param>
/// <param name="CorrectedP">The mid-p value after Holm's correction for all pairs.</param>
internal sealed record ComparedPair(string First, string Second, int OnlyFirst, int OnlySecond, double ExactP, double MidP, double CorrectedP, string Verdict)
{
    public static ComparedPair Of(ResultPair pair) =>
        new(pair.First.Name, pair.Second.Name, pair.Test.OnlyFirst, pair.Test.OnlySecond, pair.Test.Exact, pair.Test.MidP, pair.Corrected, pair.Verdict);
}
