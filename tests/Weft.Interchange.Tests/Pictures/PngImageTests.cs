using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Weft.Interchange.Tests;

public class PngImageTests
{
    [Theory, InlineData(1, 1), InlineData(3, 2), InlineData(28, 28)]
    public void Gray_pixels_read_back(int width, int height)
    {
        var pixels = Enumerable.Range(0, width * height).Select(i => (byte)(i * 37)).ToArray();
        Assert.Equal(pixels, Png.GrayPixels(PngImage.Encode(pixels, width, height, 1), width, height));
    }

    [Fact]
    public void Confusion_picture_is_darkest_where_all_samples_are_and_white_where_none_is()
    {
        var side = ConfusionPicture.Side(2);
        var pixels = Png.GrayPixels(ConfusionPicture.Draw([5, 0, 0, 0], 2), side, side);
        Assert.Equal(0, pixels[8 * side + 8]);
        Assert.Equal(255, pixels[8 * side + 24]);
        Assert.Equal(255, pixels[24 * side + 24]);
    }
}

/// <summary>A reader for the PNG files that the tests look at.</summary>
internal static class Png
{
    public static byte[] GrayPixels(byte[] file, int width, int height)
    {
        var at = 8;
        var pixels = Array.Empty<byte>();
        while (at < file.Length)
        {
            var length = file[at] << 24 | file[at + 1] << 16 | file[at + 2] << 8 | file[at + 3];
            var crc = file[at + 8 + length] << 24 | file[at + 9 + length] << 16 | file[at + 10 + length] << 8 | file[at + 11 + length];
            Assert.Equal(Crc32.HashToUInt32(file.AsSpan(at + 4, length + 4)), (uint)crc);
            var kind = Encoding.ASCII.GetString(file, at + 4, 4);
            if (kind == "IHDR")
                Assert.Equal([0, 0, (byte)(width >> 8), (byte)width, 0, 0, (byte)(height >> 8), (byte)height, 8, 0, 0, 0, 0], file[(at + 8)..(at + 21)]);
            if (kind == "IDAT")
                pixels = Rows(file[(at + 8)..(at + 8 + length)], width, height);
            at += 12 + length;
        }

        return pixels;
    }

    private static byte[] Rows(byte[] compressed, int width, int height)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var pixels = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            Assert.Equal(2, zlib.ReadByte()); // each byte is the difference to the one above
            zlib.ReadExactly(pixels.AsSpan(y * width, width));
            for (var i = y * width; y > 0 && i < (y + 1) * width; i++)
                pixels[i] += pixels[i - width];
        }

        return pixels;
    }
}
