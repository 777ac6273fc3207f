using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>serve --json</c> says once it answers.</summary>
internal sealed record ServeDocument(string Url, string Name, string Version, string File, IReadOnlyList<string> Classes, bool Token);

/// <summary>Why a request is not answered.</summary>
internal sealed record RefusalDocument(string Error);

/// <summary>The model that answered a request.</summary>
/// <param name="Version">The first digits of its file's SHA-256.</param>
internal sealed record ServedModelEntry(string Name, string Version);

/// <summary>What <c>POST /predict</c> answers.</summary>
internal sealed record ServedPredictionsDocument(IReadOnlyList<PredictionEntry> Predictions, ServedModelEntry Model)
{
    /// <summary>What the network saw of each picture; absent where it was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PredictionDetailsEntry>? Details { get; init; }

    /// <summary>Whether the logits were divided by <see cref="Temperature"/>; absent where that was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Calibrated => Temperature is null ? null : true;

    /// <summary>As the validation images asked for it; absent likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Temperature { get; init; }
}

/// <summary>A picture as the network saw it.</summary>
/// <param name="Pixels">[height, width, channels].</param>
/// <param name="Saliency">Where it looked for the class that it gave, [height, width], in parts of 255; absent where the network has no map.</param>
internal sealed record PredictionDetailsEntry(
    int Height, int Width, int Channels, byte[] Pixels, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Saliency);
