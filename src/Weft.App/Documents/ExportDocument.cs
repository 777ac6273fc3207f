using System.Text.Json.Serialization;

namespace Weft.App;

/// <summary>The file or folder that <c>export</c> wrote.</summary>
/// <param name="Run">The run's folder; null for a model that had left its run before.</param>
/// <param name="Checkpoint">"best", "last" or the epoch's number; null likewise.</param>
/// <param name="Sha256">The hash of the file with the weights.</param>
internal sealed record ExportDocument(string? Run, string? Checkpoint, string Format, string File, long Bytes, string Sha256, ParityEntry Parity);

/// <summary>How the exported model compares with the model.</summary>
internal sealed record ParityEntry(string Runtime, int Images, int SameClass, double MaxProbabilityDifference, int Image)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MaxLogitDifference { get; init; }

    /// <summary>The numbers of the images whose class differs, because their two best classes are as good as equal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? NearTies { get; init; }
}
