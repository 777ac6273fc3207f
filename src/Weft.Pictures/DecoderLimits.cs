using System.Globalization;

namespace Weft.Pictures;

/// <summary>How large a picture may be. The limits are held against the header, before memory is taken.</summary>
public sealed record DecoderLimits
{
    private const int MostPixelsPerByte = 2_000;
    private const int PixelsWithoutDoubt = 16_000_000;
    private const long PixelsOfABuffer = 500_000_000; // four bytes each

    internal static DecoderLimits Default { get; } = new();

    /// <summary>The longest side in pixels.</summary>
    public int MaximumSide { get; init; } = 32_768;

    /// <summary>The most pixels of a picture; 500 million at most.</summary>
    public long MaximumPixels { get; init; } = 100_000_000;

    internal void Check(PictureHeader header, int fileLength)
    {
        if (header.Width < 1 || header.Height < 1)
            throw PictureException.Damaged("says that it has no pixels");
        var pixels = Math.Min(MaximumPixels, PixelsOfABuffer);
        if (Math.Max(header.Width, header.Height) > MaximumSide || header.Pixels > pixels)
            throw TooLarge(header, $"at most {Say(MaximumSide)} a side and {Say(pixels)} in all are read");
        if (header.FewestBytes > fileLength)
            throw PictureException.EndsEarly();
        if (header.Pixels > PixelsWithoutDoubt && header.Pixels / MostPixelsPerByte > fileLength)
            throw TooLarge(header, $"and only {Say(fileLength)} bytes, as files have that are made to fill the memory");
    }

    private static PictureException TooLarge(PictureHeader header, string rule) =>
        new(PictureFault.TooLarge, $"has {Say(header.Width)}×{Say(header.Height)} pixels; {rule}");

    private static string Say(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
