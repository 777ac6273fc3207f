namespace Weft.Kernels;

/// <summary>
/// A batch of images in memory, channel last: element (n, y, x, c) is at Origin[n · ImageStride + y · RowStride + x · PixelStride + c]. Around each
/// image lie <see cref="HaloBefore"/> rows and columns above and left and <see cref="HaloAfter"/> below and right that stay zero, so that a convolution
/// reads over the edge without asking. A slice of a wider map has a PixelStride above its Channels.
/// </summary>
internal unsafe struct FeatureMap
{
    public float* Origin;
    public int Height;
    public int Width;
    public int Channels;
    public int HaloBefore;
    public int HaloAfter;
    public nint PixelStride;
    public nint RowStride;
    public nint ImageStride;

    public readonly int Pixels => Height * Width;

    /// <summary>Whether a whole image is one run of floats, pixel after pixel (true also of a slice without halo if rows join).</summary>
    public readonly bool RowsJoin => RowStride == Width * PixelStride;

    /// <summary>Whether the batch is one dense run of floats.</summary>
    public readonly bool IsDense => PixelStride == Channels && RowsJoin && ImageStride == Height * RowStride;

    public readonly float* Image(int n) => Origin + n * ImageStride;

    public readonly float* Pixel(int n, int y, int x) => Origin + n * ImageStride + y * RowStride + x * PixelStride;

    public readonly FeatureMap Slice(int firstChannel, int channels)
    {
        var slice = this;
        slice.Origin += firstChannel;
        slice.Channels = channels;
        return slice;
    }

    /// <summary>So many rows of each image, from <paramref name="first"/> on; what lies above and below is theirs as a halo.</summary>
    public readonly FeatureMap Rows(int first, int count)
    {
        var rows = this;
        rows.Origin += first * RowStride;
        rows.Height = count;
        return rows;
    }

    /// <summary>Floats of one image with its halo.</summary>
    public static long ImageLength(int height, int width, int channels, int haloBefore, int haloAfter) =>
        (long)(height + haloBefore + haloAfter) * (width + haloBefore + haloAfter) * channels;

    /// <summary>A map over memory that starts at <paramref name="memory"/> and holds <see cref="ImageLength"/> floats an image.</summary>
    public static FeatureMap Over(float* memory, int height, int width, int channels, int haloBefore = 0, int haloAfter = 0)
    {
        nint row = (nint)(width + haloBefore + haloAfter) * channels;
        return new FeatureMap
        {
            Origin = memory + haloBefore * row + haloBefore * channels,
            Height = height,
            Width = width,
            Channels = channels,
            HaloBefore = haloBefore,
            HaloAfter = haloAfter,
            PixelStride = channels,
            RowStride = row,
            ImageStride = (height + haloBefore + haloAfter) * row,
        };
    }
}
