namespace Weft.Training;

/// <summary>How good a picture is as a picture, whatever it shows. Of several channels their mean is looked at.</summary>
/// <param name="Sharpness">Variance of the Laplacian (4-neighbour) over the variance of the pixels: how much of the picture is fine detail; 0 for a plain
/// picture.</param>
/// <param name="Contrast">Standard deviation of the pixels, of the 0…1 scale.</param>
/// <param name="Noise">Standard deviation of the noise on the 0…1 scale after Immerkær ("Fast noise variance estimation", 1996), where the picture is not all
/// black: √(π/2) / 6 · mean |picture ∗ [1 −2 1; −2 4 −2; 1 −2 1]|.</param>
internal readonly record struct ImageQuality(double Sharpness, double Contrast, double Noise)
{
    public static ImageQuality Of(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var grey = Grey(image, shape);
        var (height, width) = (shape.Height, shape.Width);
        var variance = Variance(grey);
        if (height < 3 || width < 3)
            return new ImageQuality(0, Math.Sqrt(variance), 0);
        var laplacian = new double[(height - 2) * (width - 2)];
        var (noise, places) = (0.0, 0);
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var at = y * width + x;
                var cross = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width];
                var corners = grey[at - width - 1] + grey[at - width + 1] + grey[at + width - 1] + grey[at + width + 1];
                laplacian[(y - 1) * (width - 2) + x - 1] = cross - 4 * grey[at];
                if (cross + corners + grey[at] == 0)
                    continue; // a black background was cut out and has no noise of its own
                noise += Math.Abs(corners - 2 * cross + 4 * grey[at]);
                places++;
            }
        }

        return new ImageQuality(
            variance > 0 ? Variance(laplacian) / variance : 0, Math.Sqrt(variance), places == 0 ? 0 : Math.Sqrt(Math.PI / 2) / 6 * noise / places);
    }

    private static double[] Grey(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var grey = new double[shape.Pixels];
        for (var i = 0; i < image.Length; i++)
            grey[i / shape.Channels] += image[i] / 255.0 / shape.Channels;
        return grey;
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average(), sum = 0;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum / values.Length;
    }
}
