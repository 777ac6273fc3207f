using System.Buffers;

namespace Weft.Training;

/// <summary>
/// What Pillow's <c>ImageEnhance</c> and <c>ImageOps</c> do to pictures in bytes [H, W, C], to the same values. Colour means three channels; any other number
/// of them is taken as shades of grey.
/// </summary>
internal static class PictureOperations
{
    private const int Colors = 3;

    /// <summary>Black at 0, the picture itself at 1, brighter above.</summary>
    public static void Brightness(Span<byte> image, double factor)
    {
        Span<byte> table = stackalloc byte[256];
        for (var value = 0; value < table.Length; value++)
            table[value] = Blend(0, value, (float)factor);
        Replace(image, table);
    }

    /// <summary>The mean of its grey values everywhere at 0, the picture itself at 1.</summary>
    public static void Contrast(FeatureShape shape, Span<byte> image, double factor)
    {
        var sum = 0L;
        if (shape.Channels == Colors)
        {
            for (var i = 0; i < image.Length; i += Colors)
                sum += Grey(image[i], image[i + 1], image[i + 2]);
        }
        else
        {
            foreach (var value in image)
                sum += value;
        }

        var mean = (int)((double)sum / (image.Length / (shape.Channels == Colors ? Colors : 1)) + 0.5);
        Span<byte> table = stackalloc byte[256];
        for (var value = 0; value < table.Length; value++)
            table[value] = Blend(mean, value, (float)factor);
        Replace(image, table);
    }

    /// <summary>Grey at 0, the picture itself at 1. Shades of grey stay as they are.</summary>
    public static void Saturation(FeatureShape shape, Span<byte> image, double factor)
    {
        for (var i = 0; shape.Channels == Colors && i < image.Length; i += Colors)
        {
            var grey = Grey(image[i], image[i + 1], image[i + 2]);
            for (var c = i; c < i + Colors; c++)
                image[c] = Blend(grey, image[c], (float)factor);
        }
    }

    /// <summary>Smoothed by the weights 1, 1, 1, 1, 5, 1, 1, 1, 1 at 0, the picture itself at 1, sharper above. The border stays as it is.</summary>
    public static void Sharpness(FeatureShape shape, Span<byte> image, double factor)
    {
        var rented = ArrayPool<byte>.Shared.Rent(image.Length);
        var source = rented.AsSpan(0, image.Length);
        image.CopyTo(source);
        var stride = shape.Width * shape.Channels;
        for (var y = 1; y < shape.Height - 1; y++)
        {
            for (var i = y * stride + shape.Channels; i < (y + 1) * stride - shape.Channels; i++)
            {
                var sum = 4 * source[i];
                for (var row = i - stride; row <= i + stride; row += stride)
                    sum += source[row - shape.Channels] + source[row] + source[row + shape.Channels];
                image[i] = Blend((2 * sum + 13) / 26, source[i], (float)factor); // to the nearest: thirteenths are never halfway
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Turns the hue by a share of the circle. Shades of grey stay as they are.</summary>
    public static void Hue(FeatureShape shape, Span<byte> image, double turn)
    {
        var steps = (byte)(int)(turn * 255);
        for (var i = 0; shape.Channels == Colors && i < image.Length; i += Colors)
        {
            var pixel = image.Slice(i, Colors);
            var (hue, saturation, value) = ToHsv(pixel[0], pixel[1], pixel[2]);
            FromHsv((byte)(hue + steps), saturation, value, pixel);
        }
    }

    /// <summary>Keeps the highest bits of each value.</summary>
    public static void Posterize(Span<byte> image, int bits)
    {
        foreach (ref var value in image)
            value &= (byte)(0xFF << (8 - bits));
    }

    /// <summary>Inverts the values from a threshold on.</summary>
    public static void Solarize(Span<byte> image, double threshold)
    {
        foreach (ref var value in image)
            value = value < threshold ? value : (byte)(255 - value);
    }

    /// <summary>Stretches each channel so that its darkest value is 0 and its lightest 255.</summary>
    public static void AutoContrast(FeatureShape shape, Span<byte> image)
    {
        Span<byte> table = stackalloc byte[256];
        Span<int> counts = stackalloc int[256];
        for (var c = 0; c < shape.Channels; c++)
        {
            Count(image, c, shape.Channels, counts);
            int low = counts.IndexOfAnyExcept(0), high = counts.LastIndexOfAnyExcept(0);
            if (high <= low)
                continue;
            var scale = 255.0 / (high - low);
            for (var value = 0; value < table.Length; value++)
                table[value] = (byte)Math.Clamp((int)(value * scale - low * scale), 0, 255);
            Replace(image, table, c, shape.Channels);
        }
    }

    /// <summary>Maps each channel so that its values are about equally frequent.</summary>
    public static void Equalize(FeatureShape shape, Span<byte> image)
    {
        Span<byte> table = stackalloc byte[256];
        Span<int> counts = stackalloc int[256];
        for (var c = 0; c < shape.Channels; c++)
        {
            Count(image, c, shape.Channels, counts);
            var step = (shape.Pixels - counts[counts.LastIndexOfAnyExcept(0)]) / 255;
            if (step == 0)
                continue;
            var sum = step / 2;
            for (var value = 0; value < table.Length; sum += counts[value++])
                table[value] = (byte)Math.Min(sum / step, 255);
            Replace(image, table, c, shape.Channels);
        }
    }

    /// <summary>
    /// What the picture looks like through a map: bilinear, rounded down. A place outside the picture gets <paramref name="fill"/>, or where that is empty the
    /// edge's value, as does one that is nearer to the edge than half a pixel.
    /// </summary>
    public static void Move(FeatureShape shape, Span<byte> image, AffineMap map, ReadOnlySpan<byte> fill)
    {
        var rented = ArrayPool<byte>.Shared.Rent(image.Length);
        var source = rented.AsSpan(0, image.Length);
        image.CopyTo(source);
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var to = image.Slice((y * shape.Width + x) * shape.Channels, shape.Channels);
                var (fromX, fromY) = (map.Xx * x + map.Xy * y + map.X0, map.Yx * x + map.Yy * y + map.Y0);
                if (fill.IsEmpty)
                    Sample(shape, source, Math.Clamp(fromX, 0, shape.Width - 1), Math.Clamp(fromY, 0, shape.Height - 1), to);
                else if (fromX >= -0.5 && fromY >= -0.5 && fromX < shape.Width - 0.5 && fromY < shape.Height - 0.5)
                    Sample(shape, source, fromX, fromY, to);
                else
                    fill.CopyTo(to);
            }
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    private static void Sample(FeatureShape shape, ReadOnlySpan<byte> source, double x, double y, Span<byte> pixel)
    {
        var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (right, down) = (x - left, y - top);
        int Place(int row, int column) => (Math.Clamp(row, 0, shape.Height - 1) * shape.Width + Math.Clamp(column, 0, shape.Width - 1)) * shape.Channels;
        int a = Place(top, left), b = Place(top, left + 1), c = Place(top + 1, left), d = Place(top + 1, left + 1);
        for (var i = 0; i < pixel.Length; i++)
        {
            var above = source[a + i] + (source[b + i] - source[a + i]) * right;
            var below = source[c + i] + (source[d + i] - source[c + i]) * right;
            pixel[i] = (byte)(above + (below - above) * down);
        }
    }

    // Pillow's blend: rounded down, and beyond the picture itself clipped.
    private static byte Blend(int ground, int value, float factor) => (byte)Math.Clamp(ground + factor * (value - ground), 0f, 255f);

    private static int Grey(int red, int green, int blue) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

    private static (byte Hue, byte Saturation, byte Value) ToHsv(byte red, byte green, byte blue)
    {
        byte most = Math.Max(red, Math.Max(green, blue)), least = Math.Min(red, Math.Min(green, blue));
        if (most == least)
            return (0, 0, most);
        float range = most - least;
        float fromRed = (most - red) / range, fromGreen = (most - green) / range, fromBlue = (most - blue) / range;
        var sixth = red == most ? fromBlue - fromGreen
            : green == most ? (float)(2.0 + fromRed - fromBlue) : (float)(4.0 + fromGreen - fromRed);
        var hue = (float)((sixth / 6.0 + 1.0) % 1.0);
        return ((byte)(hue * 255.0), (byte)(range / most * 255.0), most);
    }

    private static void FromHsv(byte hue, byte saturation, byte value, Span<byte> pixel)
    {
        var sixth = (int)Math.Floor((float)hue * 6.0 / 255.0);
        var rest = (float)((float)hue * 6.0 / 255.0 - sixth);
        var share = (float)(saturation / 255.0);
        byte p = Round(1.0 - share), q = Round(1.0 - share * rest), t = Round(1.0 - share * (1.0 - rest));
        (pixel[0], pixel[1], pixel[2]) = saturation == 0 ? (value, value, value) : (sixth % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };

        byte Round(double part) => (byte)Math.Round(value * part, MidpointRounding.AwayFromZero);
    }

    private static void Count(ReadOnlySpan<byte> image, int channel, int channels, Span<int> counts)
    {
        counts.Clear();
        for (var i = channel; i < image.Length; i += channels)
            counts[image[i]]++;
    }

    private static void Replace(Span<byte> image, ReadOnlySpan<byte> table, int channel = 0, int step = 1)
    {
        for (var i = channel; i < image.Length; i += step)
            image[i] = table[image[i]];
    }
}
