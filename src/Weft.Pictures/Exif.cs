namespace Weft.Pictures;

/// <summary>The one entry of EXIF that changes pixels: how they lie.</summary>
internal static class Exif
{
    private const uint OrientationTag = 0x0112;
    private const uint ShortNumber = 3;
    private const uint LongNumber = 4;

    /// <summary>The orientation of a TIFF directory, 1 where it cannot be read: cameras write wild offsets, and the picture is good all the same.</summary>
    public static int Orientation(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
            exif = exif[6..];
        if (exif.Length < 8 || !(exif.StartsWith("II"u8) || exif.StartsWith("MM"u8)))
            return 1;
        var view = new ByteView(exif, bigEndian: exif[0] == 'M');
        var entry = (long)view.U32(4);
        if (!view.Has(entry, 2))
            return 1;
        var count = view.U16(entry);
        entry += 2;
        for (; count > 0 && view.Has(entry, 12); count--, entry += 12)
        {
            if (view.U16(entry) != OrientationTag)
                continue;
            var value = view.U16(entry + 2) switch { ShortNumber => view.U16(entry + 8), LongNumber => view.U32(entry + 8), _ => 1u };
            return value is >= 1 and <= 8 ? (int)value : 1;
        }
        return 1;
    }
}
