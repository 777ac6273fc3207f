using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>An analysis as its files have it.</summary>
/// <param name="Summary">As <see cref="AnalysisJson.Summary"/>.</param>
/// <param name="Pictures">As <see cref="AnalysisJson.Cases"/>.</param>
public sealed record StoredAnalysis(JsonObject Summary, JsonObject Pictures)
{
    /// <summary>What <see cref="AnalysisFiles.Write"/> would store.</summary>
    public static StoredAnalysis Of(AnalysisResult result) => new(Stored(AnalysisJson.Summary(result)), Stored(AnalysisJson.Cases(result)));

    /// <summary>The analysis of a split, if there is one of this very checkpoint.</summary>
    /// <returns>Null where there is none, or one that was changed since, of another checkpoint, or of a version that this program does not read.</returns>
    public static StoredAnalysis? TryRead(CheckpointReference checkpoint, EvaluationSplit split)
    {
        var folder = AnalysisFiles.Folder(checkpoint.Run, split);
        if (TryRead(Path.Combine(folder, "analysis.json")) is not { } summary || TryRead(Path.Combine(folder, "cases.json")) is not { } pictures)
            return null;
        var position = checkpoint.Read().Position;
        return summary["step"]?.GetValue<long>() == position.Step && summary["epoch"]?.GetValue<int>() == position.CompletedEpochs ? new StoredAnalysis(summary, pictures) : null;
    }

    // Numbers of a parsed text convert to any type they fit; numbers put in by code only to their own.
    private static JsonObject Stored(JsonObject json) => JsonNode.Parse(json.ToJsonString())!.AsObject();

    private static JsonObject? TryRead(string path)
    {
        try
        {
            return JsonNode.Parse(RegularFile.ReadOwn(path, Array.MaxLength)) is JsonObject json && AnalysisSeal.IsIntact(json)
                && json["v"]?.GetValue<int>() == AnalysisJson.Version
                    ? json
                    : null;
        }
        catch (Exception damage) when (DiskFailure.Is(damage) || damage is JsonException or InvalidOperationException or FormatException)
        {
            return null; // it is made anew
        }
    }
}
