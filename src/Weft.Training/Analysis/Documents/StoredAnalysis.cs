using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>An analysis as its files have it.</summary>
internal sealed record StoredAnalysis(AnalysisDocument Summary, CasesDocument Pictures)
{
    /// <summary>What <see cref="AnalysisFiles.Write"/> would store.</summary>
    public static StoredAnalysis Of(AnalysisResult result) => new(new AnalysisDocument(result), CasesDocument.Of(result));

    /// <summary>The analysis of a split, if there is one of this very checkpoint.</summary>
    /// <returns>Null where there is none, or one that was changed since, of another checkpoint, or of a version that this program does not read.</returns>
    public static StoredAnalysis? TryRead(CheckpointReference checkpoint, EvaluationSplit split)
    {
        if (TryRead(AnalysisFiles.Folder(checkpoint.Run, split)) is not { } stored)
            return null;
        var position = checkpoint.Read().Position;
        return stored.Summary.Step == position.Step && stored.Summary.Epoch == position.CompletedEpochs ? stored : null;
    }

    /// <summary>The analysis in a folder, whichever checkpoint it is about.</summary>
    internal static StoredAnalysis? TryRead(string folder) =>
        TryRead(Path.Combine(folder, AnalysisFiles.SummaryName), AnalysisJson.Analysis) is { V: AnalysisDocument.Version } summary
        && TryRead(Path.Combine(folder, AnalysisFiles.PicturesName), AnalysisJson.Cases) is { V: AnalysisDocument.Version } pictures
            ? new StoredAnalysis(summary, pictures)
            : null;

    private static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return AnalysisSeal.Read(RegularFile.ReadOwn(path, Array.MaxLength), type);
        }
        catch (Exception damage) when (DiskFailure.Is(damage) || damage is JsonException or InvalidOperationException or FormatException)
        {
            return null; // it is made anew
        }
    }
}
