namespace Weft.Pictures;

/// <summary>How a picture of any shape gets the shape that a network takes.</summary>
public enum PictureFitting
{
    /// <summary>Resized until it covers more than the shape, then the middle of it: loses borders.</summary>
    Crop,

    /// <summary>Both sides resized on their own: distorts.</summary>
    Squash,

    /// <summary>Resized until it lies within the shape, the rest is background: loses nothing.</summary>
    Pad,
}

/// <summary>How pixels are weighted in a resize; each kernel gets wider with the reduction.</summary>
public enum ResizeFilter
{
    /// <summary>A triangle, one pixel to each side.</summary>
    Bilinear,

    /// <summary>Cubic with a = −0.5, two pixels to each side.</summary>
    Bicubic,

    /// <summary>A windowed sinc, three pixels to each side.</summary>
    Lanczos,
}

/// <summary>How the bytes of a file become the pixels of a network's input. All of it changes pixels, so it belongs to the model.</summary>
/// <param name="Channels">1 for grey, 3 for red, green and blue.</param>
public sealed record PicturePolicy(int Height, int Width, int Channels)
{
    /// <summary>How the shape is reached.</summary>
    public PictureFitting Fitting { get; init; } = PictureFitting.Crop;

    /// <summary>The share of the resized picture's short side that <see cref="PictureFitting.Crop"/> keeps: 224 of 256 with 0.875.</summary>
    public double CropShare { get; init; } = 0.875;

    /// <summary>The colour under transparent pixels and next to padded pictures, 0xRRGGBB.</summary>
    public int Background { get; init; } = 0xFF_FF_FF;

    /// <summary>How pixels are weighted in the resize.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>Whether a large JPEG is decoded at 1/2, 1/4 or 1/8, as long as it stays twice as large as needed. Faster, slightly other pixels.</summary>
    public bool DecodeScale { get; init; }

    internal int Length => checked(Height * Width * Channels);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Width);
        if (Channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(Channels), Channels, "A picture has 1 channel or 3.");
        if (CropShare is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(CropShare), CropShare, "The share that is kept lies above 0 and is at most 1.");
        if (Background is < 0 or > 0xFF_FF_FF)
            throw new ArgumentOutOfRangeException(nameof(Background), Background, "A colour is 0xRRGGBB.");
    }
}
