namespace Weft.Pictures;

/// <summary>Walks the segments of a JPEG file.</summary>
internal static class JpegHeader
{
    // A block of 8×8 values takes at least two codes of one bit, or one in a progressive file; 4:2:0 has six blocks for 256 pixels.
    private const int MostPixelsPerByte = 2_000;

    // Each scan of a progressive file goes over all pixels, however few bytes it has; programs write about ten.
    private const int MostScans = 100;

    public static PictureHeader Read(ReadOnlySpan<byte> file)
    {
        var view = new ByteView(file, bigEndian: true);
        PictureHeader? header = null;
        int? orientation = null;
        var (at, end, scans, hasProfile) = (2, -1, 0, false);
        while (end < 0 && NextMarker(file, ref at) is var marker and >= 0)
        {
            if (marker is 0xD9)
                end = at;
            if (marker is 0xD9 or 0xD8 or 0x01)
                continue;
            if (!view.Has(at, 2))
                break;
            var segment = view.Piece(at + 2, Math.Max(0, view.U16(at) - 2));
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                header ??= Frame(marker, new ByteView(segment, bigEndian: true));
            else if (marker is 0xE1 && segment.StartsWith("Exif\0\0"u8))
                orientation ??= Exif.Orientation(segment);
            else if (marker is 0xDA && ++scans > MostScans)
                throw PictureException.Damaged("has more scans than a picture needs, as files have that are made to take time");
            else if (marker is 0xE2)
                hasProfile |= segment.StartsWith("ICC_PROFILE\0"u8);
            at = (int)Math.Min(file.Length, at + Math.Max(2L, view.U16(at)));
        }

        if (header is null)
            throw end < 0 ? PictureException.EndsEarly() : PictureException.Damaged("is a JPEG file without a frame");
        header = header with { HasColorProfile = hasProfile, IsCut = end < 0, TrailingBytes = end < 0 ? 0 : file.Length - end };
        return header.Turned(orientation ?? 1);
    }

    private static PictureHeader Frame(int marker, ByteView segment)
    {
        var (bits, channels) = (segment[0], segment[5]);
        var kind = marker is 0xC3 or 0xC5 or 0xC6 or 0xC7 or 0xCB ? "a lossless or hierarchical JPEG"
            : marker >= 0xC9 ? "an arithmetically coded JPEG"
            : bits != 8 ? $"a JPEG of {bits} bits a channel"
            : channels is not (1 or 3 or 4) ? $"a JPEG of {channels} channels" : null;
        if (kind is not null)
            throw new PictureException(PictureFault.UnsupportedFormat, kind, "Save it as an ordinary JPEG or as PNG.");
        var (height, width) = ((int)segment.U16(1), (int)segment.U16(3));
        return new(PictureFormat.Jpeg, width, height)
        {
            IsGrey = channels == 1, IsCmyk = channels == 4, FewestBytes = (long)width * height / MostPixelsPerByte,
        };
    }

    // The next marker from here on, past coded data, restarts and whatever lies between segments; -1 where the file ends.
    private static int NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && file[at..].IndexOf((byte)0xFF) is var found and >= 0)
        {
            at += found;
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at < file.Length && file[at++] is var marker and not (0 or (>= 0xD0 and <= 0xD7)))
                return marker;
        }
        at = file.Length;
        return -1;
    }
}
