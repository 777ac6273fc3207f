using SkiaSharp;

namespace Weft.Pictures;

/// <summary>The only file that names Skia: pixels of four values, colours not converted by profiles and not multiplied by their transparency.</summary>
internal sealed unsafe class SkiaDecoder : IDisposable
{
    private readonly SKData _data;
    private readonly SKCodec _codec;
    private readonly PictureHeader _header;

    /// <param name="file">Pinned by the caller until this is disposed.</param>
    public SkiaDecoder(byte* file, int length, PictureHeader header)
    {
        _header = header;
        _data = SKData.Create((nint)file, length);
        if (SKCodec.Create(_data) is not { } codec)
        {
            _data.Dispose();
            throw Failure(SKCodecResult.InvalidInput);
        }
        _codec = codec;
        if (codec.Info.Width != header.StoredWidth || codec.Info.Height != header.StoredHeight)
        {
            Dispose();
            throw header.IsCut ? PictureException.EndsEarly() : PictureException.Damaged("says two sizes");
        }
    }

    public bool IsOpaque => _codec.Info.AlphaType == SKAlphaType.Opaque;

    /// <summary>The size at a half, a quarter or an eighth, as far as this format can be decoded so.</summary>
    public (int Width, int Height) Scaled(int divisor)
    {
        var size = _codec.GetScaledDimensions(1f / divisor);
        return (size.Width, size.Height);
    }

    /// <param name="pixels">Four bytes a pixel: red, green, blue, alpha.</param>
    public void Decode(Span<byte> pixels, int width, int height)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        if (pixels.Length != info.BytesSize64)
            throw new ArgumentException("The pixels do not have the size that is said.");
        fixed (byte* to = pixels)
        {
            if (_codec.GetPixels(info, (nint)to, info.RowBytes, SKCodecOptions.Default) is var result and not SKCodecResult.Success)
                throw Failure(result);
        }
    }

    public void Dispose()
    {
        _codec.Dispose();
        _data.Dispose();
    }

    private PictureException Failure(SKCodecResult result) =>
        _header.IsCut || result == SKCodecResult.IncompleteInput ? PictureException.EndsEarly() : PictureException.Damaged("is damaged");
}
