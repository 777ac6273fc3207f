using Weft.Training;

namespace Weft.App;

/// <summary>A note about pictures: what kind it is of, how many pictures it is about, and the sentence.</summary>
internal sealed record PictureNote(string Kind, long Count, string Text);

/// <summary>Says what was done to pictures on the way to the network, once for each kind.</summary>
internal static class PictureWords
{
    private const string BrightGround = "bright-ground";

    /// <param name="target">What the network takes.</param>
    public static IReadOnlyList<PictureNote> Notes(PictureNotes notes, FeatureShape target)
    {
        var list = new List<PictureNote>();
        var value = notes.LargestValue;
        Add("laid-over-black", PictureChanges.LaidOverBlack, "transparent in places and laid over black");
        Add("laid-over-white", PictureChanges.LaidOverWhite, "transparent in places and laid over white, because next to nothing is seen over black");
        Add("depth-reduced", PictureChanges.DepthReduced, "of more than 8 bits a value and reduced to 8");
        Add("small-range", PictureChanges.SmallRange,
            $"of more than 8 bits a value but with values up to {value.Found} of {value.Possible} only: very dark; stretch them to the full range first");
        Add("values-scaled", PictureChanges.ValuesScaled, "of fewer than 256 values and scaled to 0 to 255");
        Add("color-to-grey", PictureChanges.ColorToGrey, "in colour and made grey");
        Add("grey-to-color", PictureChanges.GreyToColor, "grey and copied to three channels");
        Add("resized", PictureChanges.Resized, $"not {target.Width} × {target.Height} and scaled by area and centred on black");
        Add("interlaced", PictureChanges.Interlaced, "interlaced and read in full");
        Add("orientation-ignored", PictureChanges.OrientationIgnored, "marked as turned or mirrored in the file; that was not carried out");
        Add("first-of-animation", PictureChanges.FirstOfAnimation, "animated; the first picture of each was taken");
        Add("laid-over-background", PictureChanges.LaidOverBackground, "transparent in places and laid over the background that the model was trained with");
        Add("turned", PictureChanges.Turned, "turned or mirrored as the file asks");
        Add("inks-converted", PictureChanges.InksConverted, "in printing inks (CMYK) and made red, green and blue");
        Add("cropped", PictureChanges.Cropped, $"not {target.Width} × {target.Height} in proportion and cut to the middle");
        Add("padded", PictureChanges.Padded, $"not {target.Width} × {target.Height} in proportion and padded with background");
        Add("ground-inverted", PictureChanges.GroundInverted, "on a bright ground and turned from bright to dark, since the training images' ground is black");
        Add("centred", PictureChanges.Centred,
            "cut out of the ground, made as large as training images are, and centred (--show prints what the network sees, --as-is leaves it out)");
        Add("inverted", PictureChanges.Inverted, "inverted");
        AddGround(list, notes);
        return list;

        void Add(string kind, PictureChanges change, string text)
        {
            if (notes.CountOf(change) is var count and > 0)
                list.Add(new PictureNote(kind, count, $"{Share(count, notes.Pictures)} {text}"));
        }
    }

    /// <summary>How many pictures have a bright ground as the network sees them.</summary>
    public static long BrightGrounds(PictureNotes notes) => notes.CountOf(PictureChanges.Inverted) > 0 ? notes.Pictures - notes.BrightGrounds
        : notes.BrightGrounds;

    /// <summary>What was left out of folders; null where nothing was.</summary>
    public static string? PassedOver(int hidden, int others, int folders)
    {
        string[] parts = [.. new[] { Counted(hidden, "hidden file"), Counted(others, "file that is no picture by its ending",
            "files that are no pictures by their endings"), Counted(folders, "subfolder") }.OfType<string>()];
        return parts.Length == 0 ? null : "passed over: " + string.Join(", ", parts);

        static string? Counted(int count, string one, string? many = null) => count == 0 ? null : count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";
    }

    private static void AddGround(List<PictureNote> list, PictureNotes notes)
    {
        var (bright, dark) = (notes.BrightGrounds, notes.Pictures - notes.BrightGrounds);
        const string Black = "images like Fashion-MNIST's have a black one";
        if (notes.CountOf(PictureChanges.Inverted) > 0)
        {
            if (dark > 0)
                list.Add(new PictureNote(BrightGround, dark, $"{dark} of {notes.Pictures} pictures had a dark ground, which --invert made bright; {Black}"));
        }
        else if (bright > 0)
        {
            var have = notes.Pictures == 1 ? "the picture has" : bright == 1 ? $"1 of {notes.Pictures} pictures has"
                : $"{bright} of {notes.Pictures} pictures have";
            list.Add(new PictureNote(BrightGround, bright, dark == 0
                ? $"{have} a bright ground; {Black}. With --invert bright becomes dark"
                : $"{have} a bright ground, {dark} a dark one; {Black}. --invert would turn both"));
        }
    }

    private static string Share(long count, long pictures) => pictures == 1 ? "the picture is" : count == 1 ? $"1 of {pictures} pictures is"
        : $"{count} of {pictures} pictures are";
}
