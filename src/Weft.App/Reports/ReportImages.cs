using Weft.Training;

namespace Weft.App;

/// <summary>Samples as pictures inside the page.</summary>
internal sealed class ReportImages(CasesDocument pictures)
{
    private readonly FeatureShape _shape = new(pictures.Height, pictures.Width, pictures.Channels);

    public Html Sample(byte[] pixels, string description) => Image(pixels, _shape.Channels == 2 ? _shape with { Channels = 1 } : _shape, description);

    /// <summary>A sample under a saliency map; nothing where there is no map.</summary>
    public Html Heat(byte[] pixels, byte[] map, string description) => map.Length == 0 ? Html.Nothing
        : Image(AnalysisPictures.Heat(pixels, [.. map.Select(value => value / 255f)], _shape), _shape with { Channels = 3 }, description);

    private static Html Image(byte[] pixels, FeatureShape shape, string description)
    {
        using var png = new MemoryStream();
        PngWriter.Write(png, shape, pixels);
        return Html.Of($"<img alt=\"{description}\" width=\"{shape.Width}\" height=\"{shape.Height}\" src=\"{new Html("data:image/png;base64," + Convert.ToBase64String(png.ToArray()))}\">");
    }
}
