namespace Weft.Pictures;

/// <summary>What a picture's file says before a pixel is decoded.</summary>
/// <param name="Width">Columns after the turn that EXIF asks for.</param>
/// <param name="Height">Rows after the turn that EXIF asks for.</param>
public sealed record PictureHeader(PictureFormat Format, int Width, int Height)
{
    /// <summary>How EXIF says the stored pixels lie, 1 to 8; 1 is upright.</summary>
    public int Orientation { get; init; } = 1;

    /// <summary>Whether pixels may be transparent.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>Whether all colours are grey, by the kind of the file or by its palette.</summary>
    public bool IsGrey { get; init; }

    /// <summary>Bits of one channel in the file; of the index where there is a palette.</summary>
    public int BitsPerChannel { get; init; } = 8;

    /// <summary>Pictures of an animation, 1 without.</summary>
    public int FrameCount { get; init; } = 1;

    /// <summary>Whether the file brings an ICC profile.</summary>
    public bool HasColorProfile { get; init; }

    /// <summary>Whether the colours are printing inks.</summary>
    public bool IsCmyk { get; init; }

    /// <summary>Bytes after the end of the picture, where the format has an end.</summary>
    public int TrailingBytes { get; init; }

    /// <summary>Whether the file stops before the end that its format has.</summary>
    internal bool IsCut { get; init; }

    /// <summary>The fewest bytes that pixels of this kind can take in a file of this format.</summary>
    internal long FewestBytes { get; init; }

    internal bool IsTurnedSideways => Orientation > 4;

    internal int StoredWidth => IsTurnedSideways ? Height : Width;

    internal int StoredHeight => IsTurnedSideways ? Width : Height;

    internal long Pixels => checked((long)Width * Height);

    /// <summary>The same header with the stored picture turned as EXIF asks.</summary>
    internal PictureHeader Turned(int orientation) => orientation > 4
        ? this with { Orientation = orientation, Width = Height, Height = Width }
        : this with { Orientation = orientation };
}
