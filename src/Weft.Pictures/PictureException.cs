namespace Weft.Pictures;

/// <summary>Why a file gives no picture.</summary>
public enum PictureFault
{
    /// <summary>Something that is no picture at all.</summary>
    NotAPicture,

    /// <summary>A page of the web, saved under a picture's name.</summary>
    WebPage,

    /// <summary>A picture or document of a format that is not read.</summary>
    UnsupportedFormat,

    /// <summary>A file that stops before all pixels are there.</summary>
    Truncated,

    /// <summary>A file that contradicts its format.</summary>
    Damaged,

    /// <summary>More pixels than the limits allow.</summary>
    TooLarge,

    /// <summary>A file without a byte.</summary>
    Empty,
}

/// <summary>A file that gives no picture, and what it is instead.</summary>
public sealed class PictureException : Exception
{
    internal PictureException(PictureFault fault, string found, string? advice = null) : base(Sentence(fault, found, advice)) =>
        (Fault, Found, Advice) = (fault, found, advice);

    /// <summary>What kind of fault it is.</summary>
    public PictureFault Fault { get; }

    /// <summary>What was found, a phrase: "a HEIC picture" of a file that is something else, "ends early" of a picture.</summary>
    public string Found { get; }

    /// <summary>What helps, a sentence, where something does.</summary>
    public string? Advice { get; }

    internal static PictureException Damaged(string found) => new(PictureFault.Damaged, found);

    internal static PictureException EndsEarly() => new(PictureFault.Truncated, "ends early");

    private static string Sentence(PictureFault fault, string found, string? advice)
    {
        var sentence = fault switch
        {
            PictureFault.Truncated or PictureFault.Damaged or PictureFault.TooLarge => $"The picture {found}.",
            PictureFault.UnsupportedFormat => $"This is {found}, which is not read.",
            _ => $"This is {found}, not a picture.",
        };
        return advice is null ? sentence : $"{sentence} {advice}";
    }
}
