namespace Weft.Training;

/// <summary>An RGB picture to draw samples and labels on.</summary>
public sealed class Picture
{
    /// <summary>Makes a white picture of this size.</summary>
    public Picture(int width, int height)
    {
        Shape = new FeatureShape(height, width, 3);
        Pixels = new byte[Shape.Length];
        Array.Fill(Pixels, byte.MaxValue);
    }

    public FeatureShape Shape { get; }

    /// <summary>The pixels, laid out as [height, width, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Width of <paramref name="text"/> in pixels at scale 1.</summary>
    public static int TextWidth(string text) => text.Length * (BitmapFont.Width + 1);

    /// <summary>Draws dark text whose upper left corner is (x, y); what lies outside is cut off.</summary>
    public void DrawText(int x, int y, string text)
    {
        const byte Ink = 40;
        for (var i = 0; i < text.Length; i++)
        {
            for (var dotY = 0; dotY < BitmapFont.Height; dotY++)
            {
                for (var dotX = 0; dotX < BitmapFont.Width; dotX++)
                {
                    if (BitmapFont.HasDot(text[i], dotX, dotY))
                        Set(x + i * (BitmapFont.Width + 1) + dotX, y + dotY, Ink, Ink, Ink);
                }
            }
        }
    }

    /// <summary>Draws an image of one or three channels, each pixel as a square of <paramref name="scale"/>.</summary>
    public void DrawImage(int x, int y, ReadOnlySpan<byte> image, FeatureShape shape, int scale)
    {
        for (var row = 0; row < shape.Height * scale; row++)
        {
            for (var column = 0; column < shape.Width * scale; column++)
            {
                var pixel = image.Slice((row / scale * shape.Width + column / scale) * shape.Channels, shape.Channels);
                Set(x + column, y + row, pixel[0], pixel[shape.Channels >= 3 ? 1 : 0], pixel[shape.Channels >= 3 ? 2 : 0]);
            }
        }
    }

    public void WritePng(Stream target) => PngWriter.Write(target, Shape, Pixels);

    private void Set(int x, int y, byte red, byte green, byte blue)
    {
        if ((uint)x >= (uint)Shape.Width || (uint)y >= (uint)Shape.Height)
            return;
        var at = (y * Shape.Width + x) * 3;
        (Pixels[at], Pixels[at + 1], Pixels[at + 2]) = (red, green, blue);
    }
}
