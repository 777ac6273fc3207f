namespace Weft.App;

/// <summary>A table of predictions that was put together of parts.</summary>
internal sealed record PredictionTableDocument(string Out, long Count)
{
    /// <summary>The files that gave no prediction.</summary>
    public required IReadOnlyList<PredictionFailureEntry> Failed { get; init; }
}
