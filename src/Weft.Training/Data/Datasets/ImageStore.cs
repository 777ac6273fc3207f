namespace Weft.Training;

/// <summary>Where the pixels of a part of a data set lie. Several threads may ask at once; a picture has the same bytes whoever holds it.</summary>
internal abstract class ImageStore
{
    /// <summary>Bytes of memory that the pictures take as long as the store is in use.</summary>
    public abstract long ResidentBytes { get; }

    /// <summary>The pixels of a picture, laid out as [height, width, channels].</summary>
    public abstract ReadOnlySpan<byte> Image(int index);

    /// <summary>As <see cref="Image"/>, to be kept.</summary>
    public virtual ReadOnlyMemory<byte> Pixels(int index) => Image(index).ToArray();
}

/// <summary>Pictures one after the other in a block of memory.</summary>
internal sealed class ResidentImages(ReadOnlyMemory<byte> images, int imageLength) : ImageStore
{
    public override long ResidentBytes => images.Length;

    public override ReadOnlySpan<byte> Image(int index) => Pixels(index).Span;

    public override ReadOnlyMemory<byte> Pixels(int index) => images.Slice(index * imageLength, imageLength);
}

/// <summary>Pictures that are made whenever they are asked for.</summary>
internal sealed class RenderedImages(int imageLength, RenderPicture render) : ImageStore
{
    public override long ResidentBytes => 0;

    public override ReadOnlySpan<byte> Image(int index)
    {
        var pixels = new byte[imageLength];
        render(index, pixels);
        return pixels;
    }
}
