namespace Weft.Pictures;

/// <summary>Binary greymaps and pixmaps, which Skia does not know: "P5" or "P6", three numbers, and the values row by row.</summary>
internal readonly record struct Netpbm(int Width, int Height, int Maximum, int Channels, int Start)
{
    private int ValueBytes => Maximum > 255 ? 2 : 1;

    private long Bytes => (long)Width * Height * Channels * ValueBytes;

    public static Netpbm Parse(ReadOnlySpan<byte> file)
    {
        var at = 2;
        var (width, height, maximum) = (Number(file, ref at), Number(file, ref at), Number(file, ref at));
        if (maximum is < 1 or > 65_535)
            throw PictureException.Damaged("says a largest value that Netpbm does not allow");
        return new(width, height, maximum, file[1] == '6' ? 3 : 1, at + 1);
    }

    public static PictureHeader Header(ReadOnlySpan<byte> file)
    {
        var parsed = Parse(file);
        return new(PictureFormat.Netpbm, parsed.Width, parsed.Height)
        {
            IsGrey = parsed.Channels == 1, BitsPerChannel = parsed.ValueBytes * 8, IsCut = file.Length - parsed.Start < parsed.Bytes,
            FewestBytes = (long)parsed.Width * parsed.Height, TrailingBytes = (int)Math.Max(0, file.Length - parsed.Start - parsed.Bytes),
        };
    }

    /// <summary>Four bytes a pixel, scaled to 255 and rounded as Pillow does it; gives the largest value.</summary>
    public static int Decode(ReadOnlySpan<byte> file, Span<byte> pixels)
    {
        var parsed = Parse(file);
        if (file.Length - parsed.Start < parsed.Bytes)
            throw PictureException.EndsEarly();
        var values = file[parsed.Start..];
        var largest = 0;
        for (var i = 0; i < parsed.Width * parsed.Height * parsed.Channels; i++)
        {
            var value = parsed.ValueBytes == 1 ? values[i] : values[2 * i] << 8 | values[2 * i + 1];
            largest = Math.Max(largest, value);
            var level = parsed.Maximum == 255 ? (byte)value : (byte)Math.Min(255, Math.Round((double)value / parsed.Maximum * 255));
            if (parsed.Channels == 3)
                pixels[i / 3 * 4 + i % 3] = level;
            else
                pixels.Slice(4 * i, 3).Fill(level);
        }
        return largest;
    }

    private static int Number(ReadOnlySpan<byte> file, ref int at)
    {
        // Blanks and comments, which go to the end of their line, stand before a number.
        while (at < file.Length && (file[at] is (byte)' ' or (>= 9 and <= 13) or (byte)'#'))
            at += file[at] == '#' && file[at..].IndexOfAny((byte)'\n', (byte)'\r') is var line ? line < 0 ? file.Length - at : line : 1;
        var (number, start) = (0L, at);
        for (; at < file.Length && char.IsAsciiDigit((char)file[at]); at++)
        {
            number = number * 10 + file[at] - '0';
            if (number > int.MaxValue)
                throw PictureException.Damaged("says a size that no picture has");
        }
        if (at >= file.Length)
            throw PictureException.EndsEarly();
        return at > start ? (int)number : throw PictureException.Damaged("is a Netpbm file whose header is no three numbers");
    }
}
