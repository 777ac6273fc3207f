namespace Weft.Training.Tests;

public class PictureFitTests
{
    [Fact]
    public void A_picture_is_scaled_by_area_and_centred_on_black()
    {
        byte[] wide = [0, 100, 200, 200, 100, 0, 200, 200];
        var shape = new FeatureShape(2, 4, 1);
        Assert.Equal([0, 0, 50, 200, 0, 0], PictureFit.To(wide, shape, new FeatureShape(3, 2, 1)));
        Assert.Equal([205, 55], PictureFit.To(wide, shape, new FeatureShape(1, 2, 1), invert: true));
        Assert.Equal([76], PictureFit.To([255, 0, 0], new FeatureShape(1, 1, 3), new FeatureShape(1, 1, 1)));
        Assert.Equal([9, 9, 9], PictureFit.To([9], new FeatureShape(1, 1, 1), new FeatureShape(1, 1, 3)));
    }

    [Fact]
    public void Row_by_row_gives_the_bytes_that_the_whole_picture_gives()
    {
        var rng = Rng.For(7, RngPurpose.Analysis);
        for (var i = 0; i < 600; i++)
        {
            var draw = rng.Derive(i);
            var source = new FeatureShape(1 + draw.Int(0, 70), 1 + draw.Int(1, 70), draw.Int(2, 2) == 0 ? 1 : 3);
            var target = new FeatureShape(1 + draw.Int(3, 40), 1 + draw.Int(4, 40), draw.Int(5, 2) == 0 ? 1 : 3);
            byte[] pixels = [.. Enumerable.Range(0, source.Length).Select(k => (byte)draw.Derive(k).UInt64(0))];
            var invert = draw.Int(6, 2) == 0;
            Assert.Equal(WholePicture(pixels, source, target, invert), PictureFit.To(pixels, source, target, invert));
        }
    }

    [Fact]
    public void A_bright_edge_is_a_bright_ground()
    {
        Assert.True(HasBrightGround(3, 3, (x, y) => (x, y) == (1, 1) ? 0 : 255));
        Assert.False(HasBrightGround(3, 3, (x, y) => (x, y) == (1, 1) ? 255 : 0));
        Assert.True(HasBrightGround(1, 3, (_, y) => y == 1 ? 0 : 255));
        Assert.True(HasBrightGround(40, 30, (x, y) => x is 0 or 39 || y is 0 or 29 ? 140 : 0));
    }

    private static bool HasBrightGround(int width, int height, Func<int, int, int> pixel) =>
        PictureFile.Read(new MemoryStream(new PngBytes(width, height).Of((x, y) => [pixel(x, y)])), "a", new FeatureShape(28, 28, 1)).Single().HasBrightGround;

    // The definition: of each pixel of the target the mean over the area it covers in the source.
    private static byte[] WholePicture(byte[] pixels, FeatureShape shape, FeatureShape target, bool invert)
    {
        byte[] source = [.. Channels(pixels, shape, target.Channels).Select(value => invert ? (byte)(255 - value) : value)];
        var scale = Math.Min((double)target.Height / shape.Height, (double)target.Width / shape.Width);
        var (height, width) = (Math.Max(1, (int)Math.Round(shape.Height * scale)), Math.Max(1, (int)Math.Round(shape.Width * scale)));
        var (top, left) = ((target.Height - height) / 2, (target.Width - width) / 2);
        var fitted = new byte[target.Length];
        for (var i = 0; i < height * width * target.Channels; i++)
        {
            var (y, x, c) = (i / target.Channels / width, i / target.Channels % width, i % target.Channels);
            var mean = Mean((double)y * shape.Height / height, (y + 1.0) * shape.Height / height, (double)x * shape.Width / width,
                (x + 1.0) * shape.Width / width, c);
            fitted[((top + y) * target.Width + left + x) * target.Channels + c] = (byte)Math.Round(mean);
        }

        return fitted;

        double Mean(double from, double to, double start, double end, int channel)
        {
            var (sum, area) = (0.0, 0.0);
            for (var y = (int)from; y < to; y++)
            {
                for (var x = (int)start; x < end; x++)
                {
                    var part = (Math.Min(to, y + 1) - Math.Max(from, y)) * (Math.Min(end, x + 1) - Math.Max(start, x));
                    sum += part * source[(y * shape.Width + x) * target.Channels + channel];
                    area += part;
                }
            }

            return sum / area;
        }
    }

    private static byte[] Channels(byte[] pixels, FeatureShape shape, int wanted) => shape.Channels == wanted
        ? pixels
        : [.. Enumerable.Range(0, shape.Pixels * wanted).Select(i => shape.Channels == 1 ? pixels[i / wanted]
            : (byte)Math.Round(0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2]))];
}
