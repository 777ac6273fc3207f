namespace Weft.Pictures;

/// <summary>
/// Which pixels of a line a resized pixel is made of, and their weights with 22 fraction bits. Pixel i has its centre c at (i + ½)·s of the line, s the
/// reduction; with f = max(1, s) and the kernel k of radius r its pixels are ⌊c − r·f + ½⌋ up to ⌊c + r·f + ½⌋ and weigh k((j − c + ½) / f), together 1.
/// </summary>
internal sealed class ScalingTaps
{
    public const int FractionBits = 22;

    /// <param name="from">The first resized pixel that is wanted, and after it how many.</param>
    /// <param name="lanes">How often a weight stands in <see cref="Weights"/>, once for each value of a pixel.</param>
    /// <param name="multiple">The weights of a pixel are filled with zeros up to a multiple of this.</param>
    public ScalingTaps(int length, int targetLength, int from, int count, ResizeFilter filter, int lanes, int multiple)
    {
        var (radius, kernel) = filter switch
        {
            ResizeFilter.Bilinear => (1.0, (Func<double, double>)Triangle),
            ResizeFilter.Bicubic => (2.0, Cubic),
            _ => (3.0, Lanczos),
        };
        var scale = (double)length / targetLength;
        var width = Math.Max(1.0, scale);
        var support = radius * width;
        var most = Math.Min(length, (int)Math.Ceiling(support) * 2 + 1);
        Stride = (most * lanes + multiple - 1) / multiple * multiple;
        (First, Counts, Weights) = (new int[count], new int[count], new int[checked(Stride * count)]);
        var weights = new double[most];
        for (var i = 0; i < count; i++)
        {
            var center = (from + i + 0.5) * scale;
            var first = Math.Max(0, (int)(center - support + 0.5));
            var taps = Math.Min(length, (int)(center + support + 0.5)) - first;
            var sum = 0.0;
            for (var j = 0; j < taps; j++)
                sum += weights[j] = kernel((j + first - center + 0.5) * (1.0 / width));
            for (var j = 0; j < taps; j++)
            {
                var weight = sum != 0 ? weights[j] / sum : weights[j];
                Weights.AsSpan(i * Stride + j * lanes, lanes).Fill((int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5)));
            }
            (First[i], Counts[i]) = (first, taps);
        }
    }

    public int[] First { get; }

    public int[] Counts { get; }

    public int[] Weights { get; }

    public int Stride { get; }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    private static double Lanczos(double x) => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
