using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>What every document about a checkpoint's predictions on a split begins with. Ratios are 0…1.</summary>
internal abstract record EvaluationFigures
{
    protected EvaluationFigures()
    {
    }

    [SetsRequiredMembers]
    protected EvaluationFigures(CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result)
    {
        (Run, Checkpoint, Split) = (checkpoint.Run.Path, checkpoint.Name, split);
        (Count, Correct, Accuracy) = (result.Count, result.Correct, result.Accuracy);
        (AccuracyLow, AccuracyHigh) = (result.Interval.Low, result.Interval.High);
        (Loss, MacroF1) = (Finite(result.Loss), Finite(result.MacroF1));
        AbsentClasses = [.. result.LabelCounts.Absent.Select(label => result.Classes[label])];
        (Tta, TtaShift) = (result.Augmentation.Mirrored, result.Augmentation.Shift);
        DataFingerprint = result.DataFingerprint;
    }

    /// <summary>The folder of the run that was evaluated.</summary>
    [JsonPropertyOrder(-1)]
    public required string Run { get; init; }

    /// <summary>"best", "last" or an epoch: what was evaluated.</summary>
    [JsonPropertyOrder(-1)]
    public required string Checkpoint { get; init; }

    [JsonPropertyOrder(-1)]
    public required EvaluationSplit Split { get; init; }

    /// <summary>How many images were evaluated.</summary>
    [JsonPropertyOrder(-1)]
    public required int Count { get; init; }

    [JsonPropertyOrder(-1)]
    public required int Correct { get; init; }

    [JsonPropertyOrder(-1)]
    public required double Accuracy { get; init; }

    /// <summary>The lower end of the accuracy's 95 % interval.</summary>
    [JsonPropertyOrder(-1)]
    public required double AccuracyLow { get; init; }

    /// <summary>The upper end of the accuracy's 95 % interval.</summary>
    [JsonPropertyOrder(-1)]
    public required double AccuracyHigh { get; init; }

    /// <summary>The mean loss; null where it is not finite.</summary>
    [JsonPropertyOrder(-1)]
    public required double? Loss { get; init; }

    /// <summary>The mean of the classes' F1; null where there is none.</summary>
    [JsonPropertyOrder(-1)]
    public required double? MacroF1 { get; init; }

    /// <summary>The names of the classes without an image.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string> AbsentClasses { get; init; } = [];

    /// <summary>Whether each prediction is the mean over the image and its mirror image.</summary>
    [JsonPropertyOrder(-1)]
    public bool Tta { get; init; }

    /// <summary>By how many pixels the views of a prediction are shifted.</summary>
    [JsonPropertyOrder(-1)]
    public int TtaShift { get; init; }

    /// <summary>The fingerprint of the images that were evaluated; null where it is unknown.</summary>
    [JsonPropertyOrder(-1)]
    public string? DataFingerprint { get; init; }

    /// <summary>The folder that the command wrote; null where it wrote none. It is printed, and no file has it.</summary>
    public string? Folder { get; init; }

    /// <summary>The number, or null where JSON has no word for it.</summary>
    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Leaves out of a file what only a command's answer has.</summary>
    internal static void AsFile(JsonTypeInfo type)
    {
        if (type.Type.IsAssignableTo(typeof(EvaluationFigures)))
            type.Properties.First(property => property.Name == "folder").ShouldSerialize = static (_, _) => false;
    }
}

/// <summary>An evaluation, as <c>metrics.json</c> holds it and <c>eval --json</c> prints it.</summary>
internal sealed record EvaluationDocument : EvaluationFigures
{
    [JsonConstructor]
    public EvaluationDocument()
    {
    }

    [SetsRequiredMembers]
    public EvaluationDocument(CheckpointReference checkpoint, EvaluationSplit split, EvaluationResult result) : base(checkpoint, split, result)
    {
    }

    /// <summary>The name of the labelled set that was measured on; absent for the run's own data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Data { get; init; }

    /// <summary>The file whose labels count in place of the run's; absent where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Corrections { get; init; }
}
