using Weft.Training;

namespace Weft.App;

/// <summary>Samples as pictures inside the page.</summary>
public sealed class ReportImages
{
    internal ReportImages(CasesDocument pictures) => Shape = new FeatureShape(pictures.Height, pictures.Width, pictures.Channels);

    /// <summary>The size of a sample as it is drawn.</summary>
    public FeatureShape Shape { get; }

    /// <summary>The address of a sample's picture.</summary>
    public string Sample(byte[] pixels) => Address(pixels, Shape.Channels == 2 ? Shape with { Channels = 1 } : Shape);

    /// <summary>The address of a sample's picture under a saliency map of its size, 255 for the map's maximum.</summary>
    public string Heat(byte[] pixels, byte[] map) =>
        Address(AnalysisPictures.Heat(pixels, [.. map.Select(value => value / 255f)], Shape), Shape with { Channels = 3 });

    private static string Address(byte[] pixels, FeatureShape shape)
    {
        using var png = new MemoryStream();
        PngWriter.Write(png, shape, pixels);
        return "data:image/png;base64," + Convert.ToBase64String(png.ToArray());
    }
}
