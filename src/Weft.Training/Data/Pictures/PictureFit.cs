namespace Weft.Training;

/// <summary>Makes a picture of any size what a network takes: scaled by area, centred on black, in as many channels.</summary>
public static class PictureFit
{
    /// <summary>A picture that has the size already is only given the right channels.</summary>
    /// <param name="invert">Bright becomes dark: for a garment on a white ground where the training images have a black one.</param>
    /// <returns>[height, width, channels] of <paramref name="target"/>.</returns>
    public static byte[] To(NamedPicture picture, FeatureShape target, bool invert = false)
    {
        var source = Channels(picture, target.Channels);
        if (invert)
            source = [.. source.Select(value => (byte)(255 - value))];
        var (height, width) = (picture.Shape.Height, picture.Shape.Width);
        if ((height, width) == (target.Height, target.Width))
            return source;
        var scale = Math.Min((double)target.Height / height, (double)target.Width / width);
        var (newHeight, newWidth) = (Math.Max(1, (int)Math.Round(height * scale)), Math.Max(1, (int)Math.Round(width * scale)));
        var (top, left) = ((target.Height - newHeight) / 2, (target.Width - newWidth) / 2);
        var fitted = new byte[target.Length];
        for (var y = 0; y < newHeight; y++)
        {
            for (var x = 0; x < newWidth; x++)
            {
                for (var c = 0; c < target.Channels; c++)
                {
                    var mean = Mean(source, width, target.Channels, c, (double)y * height / newHeight, (y + 1.0) * height / newHeight, (double)x * width / newWidth, (x + 1.0) * width / newWidth);
                    fitted[((top + y) * target.Width + left + x) * target.Channels + c] = (byte)Math.Round(mean);
                }
            }
        }

        return fitted;
    }

    /// <summary>Whether the edge of a picture is bright: unlike Fashion-MNIST's, which lie on black.</summary>
    public static bool HasBrightGround(ReadOnlySpan<byte> pixels, FeatureShape shape)
    {
        var (sum, count) = (0L, 0);
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = Math.DivRem(i / shape.Channels, shape.Width);
            if (y == 0 || x == 0 || y == shape.Height - 1 || x == shape.Width - 1)
                (sum, count) = (sum + pixels[i], count + 1);
        }

        return sum > 127L * count;
    }

    private static double Mean(byte[] source, int width, int channels, int channel, double top, double bottom, double left, double right)
    {
        var (sum, area) = (0.0, 0.0);
        for (var y = (int)top; y < bottom; y++)
        {
            for (var x = (int)left; x < right; x++)
            {
                var part = (Math.Min(bottom, y + 1) - Math.Max(top, y)) * (Math.Min(right, x + 1) - Math.Max(left, x));
                sum += part * source[(y * width + x) * channels + channel];
                area += part;
            }
        }

        return sum / area;
    }

    // Grey of colours by the weights of ITU-R BT.601.
    private static byte[] Channels(NamedPicture picture, int wanted)
    {
        var (pixels, has) = (picture.Pixels, picture.Shape.Channels);
        if (has == wanted)
            return pixels;
        var converted = new byte[picture.Shape.Pixels * wanted];
        for (var i = 0; i < converted.Length; i++)
            converted[i] = has == 1 ? pixels[i / wanted] : (byte)Math.Round(0.299 * pixels[i / wanted * 3] + 0.587 * pixels[i / wanted * 3 + 1] + 0.114 * pixels[i / wanted * 3 + 2]);
        return converted;
    }
}
