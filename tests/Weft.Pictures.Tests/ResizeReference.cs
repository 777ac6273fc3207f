namespace Weft.Pictures.Tests;

/// <summary>
/// The definition of a resize, said plainly in whole numbers. Pixel j of a line of n lies x = (j + ½ − (i + ½)·n/m) / max(1, n/m) from the centre of pixel i of
/// the m that are wanted, a fraction with the denominator 2·max(n, m). It weighs kernel(x), of all that the pixel is made of, rounded to 22 fraction bits.
/// </summary>
internal static class ResizeReference
{
    private const int Bits = 22;

    public static byte[] Resize(byte[] source, int width, int height, int channels, int targetWidth, int targetHeight, ResizeFilter filter)
    {
        var across = new byte[targetWidth * height * channels];
        for (var y = 0; y < height; y++)
            Line(source, y * width * channels, channels, width, across, y * targetWidth * channels, channels, targetWidth, channels, filter);
        var target = new byte[targetWidth * targetHeight * channels];
        for (var x = 0; x < targetWidth; x++)
            Line(across, x * channels, targetWidth * channels, height, target, x * channels, targetWidth * channels, targetHeight, channels, filter);
        return target;
    }

    private static void Line(
        byte[] from, int start, int step, int length, byte[] to, int targetStart, int targetStep, int targetLength, int channels, ResizeFilter filter)
    {
        for (var i = 0; i < targetLength; i++)
        {
            var weights = Enumerable.Range(0, length)
                .Select(j => Kernel((2L * j + 1) * targetLength - (2L * i + 1) * length, 2L * Math.Max(length, targetLength), filter)).ToArray();
            var sum = weights.Aggregate(Int128.Zero, (total, weight) => total + weight);
            for (var c = 0; c < channels; c++)
            {
                Int128 level = 1 << (Bits - 1);
                for (var j = 0; j < length; j++)
                    level += Rounded(weights[j] << Bits, sum) * from[start + j * step + c];
                to[targetStart + i * targetStep + c] = (byte)Int128.Clamp(level >> Bits, 0, 255);
            }
        }
    }

    // The kernel at n / d, times what makes it a whole number.
    private static Int128 Kernel(Int128 n, Int128 d, ResizeFilter filter)
    {
        n = Int128.Abs(n);
        if (filter == ResizeFilter.Bilinear)
            return Int128.Max(0, d - n);
        return n < d ? 3 * n * n * n - 5 * n * n * d + 2 * d * d * d : n < 2 * d ? -n * n * n + 5 * n * n * d - 8 * n * d * d + 4 * d * d * d : 0;
    }

    // Half away from zero.
    private static Int128 Rounded(Int128 n, Int128 d) => n < 0 ? -Rounded(-n, d) : (2 * n + d) / (2 * d);
}
