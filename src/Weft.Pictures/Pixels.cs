using System.Runtime.InteropServices;

namespace Weft.Pictures;

/// <summary>What is done to decoded pixels of four bytes: red, green, blue, alpha.</summary>
internal static class Pixels
{
    /// <summary>The largest value of a colour.</summary>
    public static int Largest(ReadOnlySpan<byte> pixels)
    {
        var largest = 0;
        for (var i = 0; i < pixels.Length; i += 4)
            largest = Math.Max(largest, Math.Max(pixels[i], Math.Max(pixels[i + 1], pixels[i + 2])));
        return largest;
    }

    /// <summary>Lays the pixels over a background, rounded to the nearest as Pillow's paste and alpha_composite do; says whether any was transparent.</summary>
    public static bool Composite(Span<byte> pixels, int background)
    {
        var any = false;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var alpha = (uint)pixels[i + 3];
            if (alpha == 255)
                continue;
            any = true;
            for (var c = 0; c < 3; c++)
            {
                var sum = pixels[i + c] * alpha + (uint)Channel(background, c) * (255 - alpha) + 128;
                pixels[i + c] = (byte)((sum + (sum >> 8)) >> 8); // divided by 255
            }
        }
        return any;
    }

    /// <summary>Turns the stored pixels upright: where in the stored picture a pixel lies, for each of the eight ways.</summary>
    public static void Turn(ReadOnlySpan<byte> stored, int storedWidth, int storedHeight, int orientation, Span<byte> upright)
    {
        var (right, below) = (storedWidth - 1, (storedHeight - 1) * storedWidth);
        // The stored pixel that becomes the first one, and the steps to its neighbour on the right and to the one below.
        var (start, across, down) = orientation switch
        {
            2 => (right, -1, storedWidth),
            3 => (below + right, -1, -storedWidth),
            4 => (below, 1, -storedWidth),
            5 => (0, storedWidth, 1),
            6 => (below, -storedWidth, 1),
            7 => (below + right, -storedWidth, -1),
            8 => (right, storedWidth, -1),
            _ => (0, 1, storedWidth),
        };
        var from = MemoryMarshal.Cast<byte, uint>(stored);
        var to = MemoryMarshal.Cast<byte, uint>(upright);
        var width = orientation > 4 ? storedHeight : storedWidth;
        for (var i = 0; i < to.Length; start += down)
        {
            for (var (x, at) = (0, start); x < width; x++, at += across)
                to[i++] = from[at];
        }
    }

    /// <summary>Weights colours to grey as Pillow's mode L; the grey values move to the front.</summary>
    public static void ToGrey(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length / 4; i++)
            pixels[i] = Grey(pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]);
    }

    /// <summary>Fills a target with the background's colour.</summary>
    public static void Fill(Span<byte> target, int channels, int background)
    {
        if (channels == 1)
        {
            target.Fill(Grey(Channel(background, 0), Channel(background, 1), Channel(background, 2)));
            return;
        }
        for (var i = 0; i < target.Length; i++)
            target[i] = (byte)Channel(background, i % 3);
    }

    private static byte Grey(int red, int green, int blue) => (byte)((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16);

    private static int Channel(int color, int channel) => (color >> (16 - 8 * channel)) & 255;
}
