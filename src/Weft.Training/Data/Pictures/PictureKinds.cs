using System.Text;

namespace Weft.Training;

/// <summary>Names what a file is by its first bytes, for messages about files that are not read.</summary>
internal static class PictureKinds
{
    /// <summary>So many first bytes are enough.</summary>
    public const int Length = 512;

    private const int BrandAt = 4;
    private const int WebpAt = 8;

    private static readonly (byte[] Start, string Name)[] Starts =
    [
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ([.. "GIF8"u8], "a GIF picture"),
        ([.. "II*\0"u8], "a TIFF picture"),
        ([.. "MM\0*"u8], "a TIFF picture"),
        ([.. "II+\0"u8], "a TIFF picture"),
        ([.. "MM\0+"u8], "a TIFF picture"),
        ([.. "BM"u8], "a BMP picture"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '], "a JPEG 2000 picture"),
        ([0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 picture"),
        ([0xFF, 0x0A], "a JPEG XL picture"),
        ([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '], "a JPEG XL picture"),
        ([0, 0, 1, 0], "an icon (ICO)"),
        ([.. "8BPS"u8], "a Photoshop picture"),
        ([.. "qoif"u8], "a QOI picture"),
        ([.. "P1"u8], "a PBM picture"),
        ([.. "P4"u8], "a PBM picture"),
        ([.. "P7"u8], "a PAM picture"),
        ([.. "Pf"u8], "a PFM picture"),
        ([.. "PF"u8], "a PFM picture"),
        ([.. "%PDF"u8], "a PDF document"),
        ([.. "PK\x03\x04"u8], "a ZIP archive"),
        ([0x1F, 0x8B], "a gzip file"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "a NumPy array"),
        ([.. "SIMPLE  ="u8], "a FITS image"),
        ([0, 5, 0x16, 7], "the companion that macOS writes beside a file (AppleDouble)"),
        ([0, 0, 8, 1], "an IDX file of labels"),
        (LfsPointer, "a Git LFS pointer: the picture itself was not fetched"),
    ];

    private static byte[] LfsPointer => [.. "version https://git-lfs"u8];

    /// <summary>"a JPEG picture"; for what is unknown its first bytes.</summary>
    public static string NameOf(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            return "an empty file";
        foreach (var (bytes, name) in Starts)
        {
            if (start.StartsWith(bytes))
                return name;
        }

        if (start.StartsWith("RIFF"u8) && start.Length >= WebpAt + 4 && start[WebpAt..].StartsWith("WEBP"u8))
            return "a WebP picture";
        if (start.Length >= BrandAt + 8 && start[BrandAt..].StartsWith("ftyp"u8))
            return start[(BrandAt + 4)..].StartsWith("avi"u8) ? "an AVIF picture" : start[(BrandAt + 4)..].StartsWith("he"u8)
                || start[(BrandAt + 4)..].StartsWith("mif1"u8) ? "a HEIF picture" : "a video";
        if (start.Length >= 4 && start[0] == 0 && start[1] == 0 && start[2] is >= 8 and <= 0x0E && start[3] is > 0 and < 8)
            return $"an IDX file of type {start[2]:x2} with {start[3]} dimensions, not of images of bytes";
        return Text(start) ?? $"a file that begins with {Convert.ToHexStringLower(start[..Math.Min(4, start.Length)])}";
    }

    /// <summary>A command that makes a readable file of it, or fetches it; null where none is known.</summary>
    public static Advice? AdviceFor(ReadOnlySpan<byte> start, string name)
    {
        if (start.StartsWith(LfsPointer))
            return new Advice("git lfs pull");
        var kind = NameOf(start);
        if (!kind.EndsWith("picture", StringComparison.Ordinal) && !kind.EndsWith("(ICO)", StringComparison.Ordinal))
            return null;
        return new Advice(name == "-" ? "convert it to PNG first: magick - png:-" : $"magick {Quote(name)} {Quote(Path.ChangeExtension(name, ".png"))}");
    }

    private static string? Text(ReadOnlySpan<byte> start)
    {
        var text = Encoding.Latin1.GetString(start).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        if (Begins("<svg") || (Begins("<?xml") && text.Contains("<svg", StringComparison.OrdinalIgnoreCase)))
            return "an SVG picture";
        return Begins("<!doctype") || Begins("<html") || Begins("<head") || Begins("<?xml") ? "a web page (HTML or XML)" : null;

        bool Begins(string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);
    }

    private static string Quote(string path) => path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '_' or '+') ? path
        : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
