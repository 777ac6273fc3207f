using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What a model knows that left its run: where it came from, how good it was there, and how to find out whether it still computes the same.</summary>
internal sealed record ModelRelease
{
    /// <summary>The run's name, or the file that another program wrote.</summary>
    public required string Source { get; init; }

    /// <summary>"best", "last" or the epoch's number; null where another program trained the network.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>SHA-256 of the file that the weights were read from.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>Under what the model may be used; null where nobody said.</summary>
    public string? Licence { get; init; }

    /// <summary>On the run's own validation images; null where there were none.</summary>
    public ReleaseValidation? Validation { get; init; }

    /// <summary>Null where nobody measured any.</summary>
    public GoldenSamples? Golden { get; init; }

    /// <summary>What makes this impossible for a model; null where it is possible.</summary>
    public string? ViolationOf(FeatureShape shape, int classes) =>
        Source is null || SourceSha256 is null ? "a release without a source"
        : Validation is { } validation && !(validation.Correct >= 0 && validation.Correct <= validation.Images && double.IsFinite(validation.Temperature)
            && validation.Temperature > 0) ? "impossible figures of validation"
        : Golden?.ViolationOf(shape, classes);
}

/// <summary>How a model did on its run's validation images.</summary>
/// <param name="Correct">In the views that the run is evaluated in.</param>
/// <param name="Temperature">Dividing the logits by it makes the probabilities on these images most honest: the lowest loss.</param>
internal sealed record ReleaseValidation(int Images, int Correct, double Loss, double Temperature)
{
    [JsonIgnore]
    public double Accuracy => (double)Correct / Images;

    [JsonIgnore]
    public ShareInterval Interval => ShareInterval.Wilson(Correct, Images);
}
