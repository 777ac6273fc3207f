namespace Weft.App;

/// <summary>An image as characters: one a column and one for two rows, since characters are twice as high as wide.</summary>
internal static class TextPicture
{
    private const string Ramp = " .:-=+*#%@";

    public static string[] Lines(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var lines = new string[(shape.Height + 1) / 2];
        var row = new char[shape.Width];
        for (var y = 0; y < lines.Length; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                var upper = Brightness(image, shape, x, 2 * y);
                var lower = 2 * y + 1 < shape.Height ? Brightness(image, shape, x, 2 * y + 1) : upper;
                row[x] = Ramp[(upper + lower) * (Ramp.Length - 1) / 510];
            }
            lines[y] = new string(row);
        }
        return lines;
    }

    private static int Brightness(ReadOnlySpan<byte> image, FeatureShape shape, int x, int y)
    {
        var sum = 0;
        foreach (var channel in image.Slice((y * shape.Width + x) * shape.Channels, shape.Channels))
            sum += channel;
        return sum / shape.Channels;
    }
}
