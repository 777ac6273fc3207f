using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>Samples as pictures inside the page.</summary>
internal sealed class ReportImages(JsonObject pictures)
{
    private readonly FeatureShape _shape = new(pictures["height"]!.GetValue<int>(), pictures["width"]!.GetValue<int>(), pictures["channels"]!.GetValue<int>());

    public Html Sample(JsonNode? base64, string description) => Image(Bytes(base64), _shape.Channels == 2 ? _shape with { Channels = 1 } : _shape, description);

    /// <summary>A sample under a saliency map; nothing where there is no map.</summary>
    public Html Heat(JsonNode? base64, JsonNode? map, string description)
    {
        var bytes = Bytes(map);
        return bytes.Length == 0 ? Html.Nothing : Image(AnalysisPictures.Heat(Bytes(base64), [.. bytes.Select(value => value / 255f)], _shape), _shape with { Channels = 3 }, description);
    }

    private static byte[] Bytes(JsonNode? base64) => Convert.FromBase64String(base64!.GetValue<string>());

    private static Html Image(byte[] pixels, FeatureShape shape, string description)
    {
        using var png = new MemoryStream();
        PngWriter.Write(png, shape, pixels);
        return Html.Of($"<img alt=\"{description}\" width=\"{shape.Width}\" height=\"{shape.Height}\" src=\"{new Html("data:image/png;base64," + Convert.ToBase64String(png.ToArray()))}\">");
    }
}
