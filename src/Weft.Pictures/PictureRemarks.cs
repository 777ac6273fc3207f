namespace Weft.Pictures;

/// <summary>What was done to a picture on the way from its file to a network's input.</summary>
[Flags]
public enum PictureRemarks
{
    None = 0,

    /// <summary>Turned or mirrored as EXIF asks.</summary>
    Turned = 1 << 0,

    /// <summary>Transparent pixels were laid over the background.</summary>
    AlphaComposited = 1 << 1,

    /// <summary>Channels of more than 8 bits gave their high byte.</summary>
    DepthReduced = 1 << 2,

    /// <summary>No value of the 16-bit channels reaches 4096: the picture is nearly black, as 12-bit pictures are in 16 bits.</summary>
    SmallRange = 1 << 3,

    /// <summary>Printing inks became red, green and blue.</summary>
    CmykConverted = 1 << 4,

    /// <summary>Grey was repeated for three channels.</summary>
    GreyToColor = 1 << 5,

    /// <summary>Three channels were weighted to one.</summary>
    ColorToGrey = 1 << 6,

    /// <summary>An animation gave its first picture.</summary>
    FirstOfAnimation = 1 << 7,

    /// <summary>The picture's size was changed.</summary>
    Resized = 1 << 8,

    /// <summary>Borders were cut off.</summary>
    Cropped = 1 << 9,

    /// <summary>Background was added at two sides.</summary>
    Padded = 1 << 10,
}
