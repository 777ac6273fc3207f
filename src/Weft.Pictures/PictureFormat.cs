namespace Weft.Pictures;

/// <summary>The formats of files that are read.</summary>
public enum PictureFormat
{
    Jpeg,
    Png,
    WebP,
    Bmp,
    Gif,
    Ico,

    /// <summary>Binary greymaps and pixmaps (P5 and P6).</summary>
    Netpbm,
}
