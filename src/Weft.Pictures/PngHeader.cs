namespace Weft.Pictures;

/// <summary>Walks the chunks of a PNG file.</summary>
internal static class PngHeader
{
    private const int BestDeflate = 1_032; // bytes that one byte of a deflate stream can stand for

    public static PictureHeader Read(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: true);
        if (view.Says(12, "CgBI"))
            throw new PictureException(PictureFault.UnsupportedFormat, "a PNG in Apple's own form (CgBI)", "Convert it to an ordinary PNG.");
        if (view.Has(12, 4) && !view.Says(12, "IHDR"))
            throw PictureException.Damaged("is a PNG file that does not begin with its header");
        var (width, height, bits, kind) = (view.U32(16), view.U32(20), view[24], view[25]);
        if (width > int.MaxValue || height > int.MaxValue)
            throw PictureException.Damaged("says a size that PNG does not allow");
        var channels = kind switch { 0 or 3 => 1, 4 => 2, 2 => 3, 6 => 4, _ => throw PictureException.Damaged("is a PNG file of no known colour type") };
        var row = (long)width * channels * bits / 8;
        var header = new PictureHeader(PictureFormat.Png, (int)width, (int)height)
        {
            HasAlpha = kind is 4 or 6, IsGrey = kind is 0 or 4, BitsPerChannel = bits, IsCut = true,
            FewestBytes = row > long.MaxValue / Math.Max(1, height) ? long.MaxValue : row * height / BestDeflate,
        };
        var orientation = 1;
        for (long at = 8; header.IsCut && view.Has(at, 8);)
        {
            var length = view.U32(at);
            var content = view.Piece(at + 8, length);
            if (kind == 3 && view.Says(at + 4, "PLTE"))
                header = header with { IsGrey = Palette.IsGrey(content, 3) };
            else if (view.Says(at + 4, "tRNS"))
                header = header with { HasAlpha = true };
            else if (view.Says(at + 4, "iCCP"))
                header = header with { HasColorProfile = true };
            else if (view.Says(at + 4, "eXIf"))
                orientation = Exif.Orientation(content);
            else if (view.Says(at + 4, "acTL") && content.Length >= 4)
                header = header with { FrameCount = (int)Math.Clamp(view.U32(at + 8), 1, int.MaxValue) };
            at += 12L + length;
            if (view.Says(at - 8 - length, "IEND"))
                header = header with { IsCut = at > file.Length, TrailingBytes = (int)Math.Max(0, file.Length - at) };
            if (at > file.Length)
                break;
        }
        return header.Turned(orientation);
    }
}
