using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// How a picture file becomes a network's input, in training as in prediction. A value that is none is chosen by the data when a run begins, and recorded.
/// </summary>
public sealed record PictureOptions : OptionsRecord, IOptionRules
{
    [Description("Pictures: height and width of the network's input; none is chosen by the network."), Range(8, 1024)]
    public int? Side { get; init; }

    [Description("Pictures: how they fill the square; none is crop, or pad where one in five is longer than 3:2.")]
    public PictureFitting? Fit { get; init; }

    [Description("Pictures: the colour under transparent places and around padded ones, as white, black or #rrggbb.")]
    public string Background { get; init; } = "white";

    [Description("Pictures: 1 for grey, 3 for colour; none is 3, or 1 where every file is grey."), Range(1, 3)]
    public int? Channels { get; init; }

    [Description("Pictures: large JPEGs are decoded at a half, a quarter or an eighth, which is faster and differs by a few levels.")]
    public bool DecodeScale { get; init; } = true;

    [Description("Pictures: train without those that cannot be read.")]
    public bool SkipUnreadable { get; init; }

    [Description("Pictures: larger ones, in pixels, are not decoded: a small file may claim to be a huge picture."), Range(1, 500_000_000)]
    public int MaximumPixels { get; init; } = 100_000_000;

    [Description("Pictures: keep the decoded ones in a file that later runs share.")]
    public bool Cache { get; init; } = true;

    /// <summary>The side where nobody names one.</summary>
    internal const int DefaultSide = 112;

    /// <summary>As a checkpoint's configuration has them; null where it was trained on no pictures.</summary>
    internal static PictureOptions? Of(IReadOnlyDictionary<string, string> configuration)
    {
        string? Value(string name) => configuration.GetValueOrDefault("picture." + name);
        return int.TryParse(Value("side"), NumberStyles.None, CultureInfo.InvariantCulture, out var side) ? new PictureOptions
        {
            Side = side,
            Fit = Enum.GetValues<PictureFitting>().Cast<PictureFitting?>().FirstOrDefault(fit => OptionKey.Write(fit) == Value("fit")),
            Background = Value("background") ?? "white",
            Channels = Value("channels") == "1" ? 1 : 3,
            DecodeScale = Value("decode_scale") != "false",
        } : null;
    }

    /// <summary>What is compared with a picture's header before a pixel is decoded.</summary>
    internal DecoderLimits Limits => new() { MaximumPixels = MaximumPixels };

    /// <summary>The policy of these options; every value that the data choose must be there.</summary>
    internal PicturePolicy ToPolicy() => new(Side ?? DefaultSide, Side ?? DefaultSide, Channels ?? 3)
    {
        Fitting = Fit ?? PictureFitting.Crop,
        CropShare = 1, // what is longer is cut off, and nothing else
        Background = ColorOf(Background) ?? 0xFFFFFF,
        DecodeScale = DecodeScale,
    };

    IEnumerable<Problem> IOptionRules.Conflicts()
    {
        if (Channels == 2)
            yield return new Problem("channels", "1 or 3", "2");
        if (ColorOf(Background) is null)
            yield return new Problem("background", "white, black or #rrggbb", Background);
    }

    private static int? ColorOf(string text) => text switch
    {
        "white" => 0xFFFFFF,
        "black" => 0,
        ['#', .. { Length: 6 } digits] when int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var color) => color,
        _ => null,
    };
}
