namespace Weft.Pictures;

/// <summary>Reads the headers of the formats that have a short one.</summary>
internal static class OtherHeaders
{
    private const int MostPicturesOfAnIcon = 256;

    public static PictureHeader WebP(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: false);
        var end = 8L + view.U32(4);
        PictureHeader? header = null;
        var (orientation, frames) = (1, 0);
        for (long at = 12; view.Has(at, 8) && at < end;)
        {
            var length = view.U32(at + 4);
            if (view.Says(at, "VP8X"))
            {
                header ??= new(PictureFormat.WebP, (int)view.U24(at + 12) + 1, (int)view.U24(at + 15) + 1)
                {
                    HasColorProfile = (view[at + 8] & 0x20) != 0, HasAlpha = (view[at + 8] & 0x10) != 0,
                };
            }
            else if (view.Says(at, "VP8L"))
            {
                var sizes = view.U32(at + 9);
                header ??= new(PictureFormat.WebP, (int)(sizes & 0x3FFF) + 1, (int)((sizes >> 14) & 0x3FFF) + 1) { HasAlpha = (sizes & 1 << 28) != 0 };
            }
            else if (view.Says(at, "VP8 "))
                header ??= new(PictureFormat.WebP, (int)view.U16(at + 14) & 0x3FFF, (int)view.U16(at + 16) & 0x3FFF);
            else if (view.Says(at, "EXIF"))
                orientation = Exif.Orientation(view.Piece(at + 8, length));
            else if (view.Says(at, "ANMF"))
                frames++;
            at += 8 + length + (length & 1L);
        }

        if (header is null)
            throw end > file.Length ? PictureException.EndsEarly() : PictureException.Damaged("is a WebP file without a picture");
        header = header with { FrameCount = Math.Max(1, frames), IsCut = end > file.Length, TrailingBytes = (int)Math.Max(0, file.Length - end) };
        return header.Turned(orientation);
    }

    public static PictureHeader Gif(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: false);
        var (width, height, flags) = ((int)view.U16(6), (int)view.U16(8), view[10]);
        var header = new PictureHeader(PictureFormat.Gif, width, height) { IsCut = true };
        var at = 13L;
        if ((flags & 0x80) != 0)
        {
            header = header with { IsGrey = Palette.IsGrey(view.Piece(at, ColorBytes(flags)), 3) };
            at += ColorBytes(flags);
        }

        var frames = 0;
        while (header.IsCut && view.Has(at, 1))
        {
            switch (view[at])
            {
                case 0x3B:
                    header = header with { IsCut = false, TrailingBytes = (int)(file.Length - at - 1) };
                    break;
                case 0x21 when view.Has(at, 4):
                    if (frames == 0 && view[at + 1] == 0xF9)
                        header = header with { HasAlpha = (view[at + 3] & 1) != 0 };
                    at = AfterBlocks(view, at + 2);
                    break;
                case 0x2C when view.Has(at, 11):
                    if (frames++ == 0)
                    {
                        // A canvas that does not cover its first picture is as large as that one.
                        var (right, bottom) = ((int)(view.U16(at + 1) + view.U16(at + 5)), (int)(view.U16(at + 3) + view.U16(at + 7)));
                        header = header with { Width = Math.Max(width, right), Height = Math.Max(height, bottom) };
                        header = header with { HasAlpha = header.HasAlpha || view.U32(at + 1) != 0 || right < width || bottom < height };
                        header = header with { IsGrey = header.IsGrey && (view[at + 9] & 0x80) == 0 };
                    }
                    at = AfterBlocks(view, at + 11 + ((view[at + 9] & 0x80) != 0 ? ColorBytes(view[at + 9]) : 0));
                    break;
                default:
                    at = file.Length;
                    break;
            }
        }
        return header with { FrameCount = Math.Max(1, frames) };
    }

    public static PictureHeader Bmp(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: false);
        var size = view.U32(14);
        var (width, height) = size == 12 ? ((int)view.U16(18), (int)view.U16(20)) : ((int)view.U32(18), (int)view.U32(22));
        var bits = (int)(size == 12 ? view.U16(24) : view.U16(28));
        if (width < 0 || height == int.MinValue)
            throw PictureException.Damaged("says a size that BMP does not allow");
        var entry = size == 12 ? 3 : 4;
        var colors = size >= 40 && view.U32(46) is > 0 and <= 256 and var used ? used : 1u << Math.Clamp(bits, 0, 8);
        return new(PictureFormat.Bmp, width, Math.Abs(height))
        {
            BitsPerChannel = bits <= 8 ? bits : bits == 16 ? 5 : 8,
            IsGrey = bits <= 8 && Palette.IsGrey(view.Piece(14L + size, colors * entry), entry),
            HasAlpha = bits == 32 && size >= 56 && view.U32(30) is 3 or 6 && view.U32(66) != 0,
            FewestBytes = size == 12 || view.U32(30) is 0 or 3 ? (long)width * Math.Abs(height) * bits / 8 : 0,
        };
    }

    /// <summary>The largest of the pictures in an icon; what the list says of its size is not believed.</summary>
    public static PictureHeader Ico(ReadOnlySpan<byte> file, DecoderLimits limits)
    {
        var view = new ByteView(file, bigEndian: false);
        PictureHeader? largest = null;
        for (var i = 0; i < Math.Min(view.U16(4), MostPicturesOfAnIcon); i++)
        {
            var (length, at) = (view.U32(6 + 16 * i + 8), view.U32(6 + 16 * i + 12));
            var header = view.Says(at, "\u0089PNG")
                ? PngHeader.Read(view.Piece(at, length)) with { Orientation = 1, TrailingBytes = 0 }
                : new PictureHeader(PictureFormat.Ico, (int)view.U32(at + 4), (int)view.U32(at + 8) / 2);
            header = header with { Format = PictureFormat.Ico, HasAlpha = true, IsGrey = false, IsCut = !view.Has(at, length) };
            limits.Check(header, file.Length);
            if (largest is null || header.Pixels > largest.Pixels)
                largest = header;
        }
        return largest ?? throw PictureException.Damaged("is an icon without a picture");
    }

    private static int ColorBytes(int flags) => 3 << ((flags & 7) + 1);

    private static long AfterBlocks(ByteView view, long at)
    {
        while (view.Has(at, 1) && view[at] is var length and > 0)
            at += 1 + length;
        return at + 1;
    }
}
