namespace Weft.Pictures;

/// <summary>Says what a file is by its first bytes, whatever its name is.</summary>
internal static class FileKind
{
    private const int Looked = 1024;
    private const int FewestBytes = 30; // no picture is shorter
    private const string Convert = "Convert it to JPEG or PNG.";
    private const string Phone = "iPhone: Settings › Camera › Formats › Most Compatible for new pictures; export those that exist as JPEG.";

    private static readonly (string Start, int At, string Found, string? Advice)[] Others =
    [
        ("II*\0", 0, "a TIFF picture", Convert),
        ("MM\0*", 0, "a TIFF picture", Convert),
        ("II+\0", 0, "a TIFF picture", Convert),
        ("MM\0+", 0, "a TIFF picture", Convert),
        ("%PDF", 0, "a PDF document", "Export its pages as PNG."),
        ("8BPS", 0, "a Photoshop document", Convert),
        ("JXL ", 4, "a JPEG XL picture", Convert),
        ("\u00FF\u000A", 0, "a JPEG XL picture", Convert),
        ("jP  ", 4, "a JPEG 2000 picture", Convert),
        ("\u00FF\u004F\u00FF\u0051", 0, "a JPEG 2000 picture", Convert),
        ("ftypavif", 4, "an AVIF picture", Convert),
        ("ftypavis", 4, "an AVIF picture", Convert),
        ("ftyphei", 4, "a HEIC picture", Phone),
        ("ftyphev", 4, "a HEIC picture", Phone),
        ("ftypmif1", 4, "a HEIC picture", Phone),
        ("ftypmsf1", 4, "a HEIC picture", Phone),
        ("ftypcrx", 4, "a camera's raw picture", Convert),
        ("FUJIFILM", 0, "a camera's raw picture", Convert),
        ("\0\0\u0002\0", 0, "a mouse cursor or a TGA picture", Convert),
        ("P1", 0, "a Netpbm picture written as text or in bits", Convert),
        ("P2", 0, "a Netpbm picture written as text or in bits", Convert),
        ("P3", 0, "a Netpbm picture written as text or in bits", Convert),
        ("P4", 0, "a Netpbm picture written as text or in bits", Convert),
        ("P7", 0, "a Netpbm picture of any depth (PAM)", Convert),
    ];

    private static readonly (string Start, int At, string Found, string? Advice)[] Strangers =
    [
        ("ftyp", 4, "a film", null),
        ("\u001A\u0045\u00DF\u00A3", 0, "a film", null),
        ("AVI ", 8, "a film", null),
        ("PK\u0003\u0004", 0, "a ZIP archive", "Unpack it."),
        ("\u001F\u008B", 0, "a gzip archive", "Unpack it."),
        ("Rar!", 0, "a RAR archive", "Unpack it."),
        ("7z\u00BC\u00AF", 0, "a 7z archive", "Unpack it."),
        ("\u0089HDF", 0, "an HDF5 file", null),
        ("\u0093NUMPY", 0, "a NumPy array", null),
        ("version https://git-lfs", 0, "a pointer of Git LFS", "Fetch the file itself: git lfs pull."),
    ];

    /// <summary>The format of a picture that is read; anything else is named in the exception.</summary>
    public static PictureFormat Recognize(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: true);
        if (file.IsEmpty)
            throw new PictureException(PictureFault.Empty, "an empty file");
        if (view.Says(0, "\u00FF\u00D8\u00FF"))
            return PictureFormat.Jpeg;
        if (view.Says(0, "\u0089PNG\r\n\u001A\n"))
            return PictureFormat.Png;
        if (view.Says(0, "RIFF") && view.Says(8, "WEBP"))
            return PictureFormat.WebP;
        if (view.Says(0, "GIF87a") || view.Says(0, "GIF89a"))
            return PictureFormat.Gif;
        if (view.Says(0, "\0\0\u0001\0") && file.Length > 22)
            return PictureFormat.Ico;
        if ((view.Says(0, "P5") || view.Says(0, "P6")) && file.Length > 2 && file[2] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'#')
            return PictureFormat.Netpbm;
        if (view.Says(0, "BM") && file.Length > 18 && new ByteView(file, bigEndian: false).U32(14) is 12 or (>= 16 and <= 124))
            return PictureFormat.Bmp;
        throw Foreign(view, file[..Math.Min(file.Length, Looked)]);
    }

    private static PictureException Foreign(ByteView view, ReadOnlySpan<byte> start)
    {
        foreach (var (text, at, found, advice) in Others)
        {
            if (view.Says(at, text))
                return new(PictureFault.UnsupportedFormat, found, advice);
        }
        foreach (var (text, at, found, advice) in Strangers)
        {
            if (view.Says(at, text))
                return new(PictureFault.NotAPicture, found, advice);
        }
        if (!start.ContainsAnyExcept((byte)0))
            return new(PictureFault.NotAPicture, "a file of zeros");
        // Bytes above 127 are letters of some language; of the control characters a text has tab, line feed, form feed and carriage return.
        if (start.ContainsAnyInRange((byte)0, (byte)8) || start.ContainsAnyInRange((byte)14, (byte)31))
            return Starts(view) is { } cut ? cut : new(PictureFault.NotAPicture, "a file of an unknown kind");
        var words = System.Text.Encoding.Latin1.GetString(start).ToLowerInvariant();
        if (words.Contains("<!doctype html", StringComparison.Ordinal) || words.Contains("<html", StringComparison.Ordinal))
            return new(PictureFault.WebPage, "an HTML page", "The server sent a page in place of the picture: fetch it again.");
        if (words.Contains("<svg", StringComparison.Ordinal))
            return new(PictureFault.UnsupportedFormat, "an SVG drawing", "Export it as PNG.");
        return Starts(view) is { } early ? early : new(PictureFault.NotAPicture, "a text");
    }

    // So short that the first bytes of a picture are not all there.
    private static PictureException? Starts(ByteView view)
    {
        if (view.Has(0, FewestBytes))
            return null;
        foreach (var start in new[] { "\u00FF\u00D8\u00FF", "\u0089PNG\r\n\u001A\n", "RIFF", "GIF8", "BM", "\0\0\u0001\0" })
        {
            if (view.Says(0, start) || (!view.Has(0, start.Length) && view.Has(0, 2) && view.Says(0, start[..2])))
                return PictureException.EndsEarly();
        }
        return null;
    }
}
