namespace Weft.Training;

/// <summary>How large a picture may be. Everything is compared with these limits before memory is taken or anything is decoded.</summary>
internal static class PictureLimits
{
    /// <summary>A longer picture file is refused.</summary>
    public const long FileBytes = 512L << 20;

    /// <summary>A picture file from standard input lies in memory, so it must be shorter.</summary>
    public const int StandardInputBytes = 64 << 20;

    private const int Side = 65_535;

    // Twice the number of pixels at which Pillow begins to warn of a decompression bomb, where Pillow refuses too.
    private const int Pixels = 178_956_970;

    // So many values are unpacked within a second. A file that holds more must be at least a 200th as long: photographs are, while bombs go down to a 1032nd.
    private const long UnpackedBytes = 64L << 20;
    private const int PackedShare = 200;

    /// <exception cref="InvalidDataException">No side may be 0, none longer than the limit, and the area is limited too.</exception>
    public static void RequireSize(long width, long height)
    {
        if (width < 1 || height < 1 || width > Side || height > Side || SizeLimit.Product(Pixels, width, height) is null)
            throw new InvalidDataException($"the picture is {width} × {height}; sides of 1 to {Side} and at most {Pixels} pixels are read");
    }

    /// <param name="unpacked">What the header promises, in bytes or values, whichever are more.</param>
    /// <param name="packed">The length of the file.</param>
    /// <exception cref="InvalidDataException">The file would unpack to far more than it is.</exception>
    public static void RequireUnpacked(long unpacked, long packed)
    {
        if (unpacked > UnpackedBytes && unpacked / PackedShare > packed)
        {
            throw new InvalidDataException($"a file of {packed} bytes claims to hold {unpacked} values; "
                + $"more than {UnpackedBytes} are unpacked only from a file that is at least a {PackedShare}th as long");
        }
    }
}
