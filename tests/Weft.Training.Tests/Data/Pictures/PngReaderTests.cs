using System.IO.Compression;

namespace Weft.Training.Tests;

public class PngReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_the_writer_wrote_is_read_back(int channels)
    {
        var shape = new FeatureShape(13, 7, channels);
        var rng = Rng.For(1, RngPurpose.Analysis);
        byte[] pixels = [.. Enumerable.Range(0, shape.Length).Select(i => (byte)rng.UInt64(i))];
        var picture = Assert.Single(PictureFile.Read(Png(shape, pixels), "a.png"));
        Assert.Equal((shape, "a.png"), (picture.Shape, picture.Name));
        Assert.Equal(pixels, picture.Pixels);
    }

    [Fact]
    public void Every_filter_is_undone()
    {
        // Rows of 3 grey pixels: none, sub, up, average, Paeth; each decodes to 10 20 30.
        var picture = Read(3, 5, depth: 8, color: 0, [0, 10, 20, 30, 1, 10, 10, 10, 2, 0, 0, 0, 3, 5, 5, 5, 4, 0, 0, 0]);
        Assert.Equal(Enumerable.Repeat(new byte[] { 10, 20, 30 }, 5).SelectMany(row => row), picture.Pixels);
    }

    [Fact]
    public void Few_bits_and_transparency_become_bytes()
    {
        Assert.Equal([255, 0, 255, 0, 0, 0, 0, 255, 255], Read(9, 1, depth: 1, color: 0, [0, 0b10100001, 0b10000000]).Pixels);
        Assert.Equal([0, 85, 170, 255], Read(4, 1, depth: 2, color: 0, [0, 0b00011011]).Pixels);
        Assert.Equal([100, 0], Read(2, 1, depth: 8, color: 4, [0, 100, 255, 100, 0]).Pixels);
        Assert.Equal([7, 9], Read(2, 1, depth: 16, color: 0, [0, 7, 255, 9, 0]).Pixels);
    }

    [Fact]
    public void Damage_anywhere_is_told_never_a_crash()
    {
        var good = Png(new FeatureShape(6, 6, 1), [.. Enumerable.Range(0, 36).Select(i => (byte)(7 * i))]);
        for (var i = 0; i < good.Length; i++)
        {
            var bad = good.ToArray();
            bad[i] ^= 0x55;
            Assert.Equal(ExitCode.Usage, Assert.Throws<WeftException>(() => PictureFile.Read(bad, "bad.png")).Code);
            Assert.Throws<WeftException>(() => PictureFile.Read(good.AsSpan(0, i), "short.png"));
        }
    }

    [Fact]
    public void A_picture_is_scaled_by_area_and_centred_on_black()
    {
        var picture = new NamedPicture("wide", new FeatureShape(2, 4, 1), [0, 100, 200, 200, 100, 0, 200, 200]);
        Assert.Equal([0, 0, 50, 200, 0, 0], PictureFit.To(picture, new FeatureShape(3, 2, 1)));
        Assert.Equal([255, 205, 55, 255], PictureFit.To(picture, new FeatureShape(1, 2, 1), invert: true) is var inverted ? [255, inverted[0], inverted[1], 255] : []);
        Assert.Equal([76, 76, 76], PictureFit.To(new NamedPicture("red", new FeatureShape(1, 1, 3), [255, 0, 0]), new FeatureShape(1, 1, 1)) is [var grey] ? [grey, grey, grey] : []);
    }

    private static NamedPicture Read(int width, int height, byte depth, byte color, byte[] rows)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR"u8, [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, color, 0, 0, 0]);
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(rows);
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return Assert.Single(PictureFile.Read(file.ToArray(), "made"));
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] content = [.. type, .. data];
        var crc = Crc32.Of(content);
        file.Write([(byte)(data.Length >> 24), (byte)(data.Length >> 16), (byte)(data.Length >> 8), (byte)data.Length, .. content, (byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc]);
    }

    private static byte[] Png(FeatureShape shape, byte[] pixels)
    {
        using var file = new MemoryStream();
        PngWriter.Write(file, shape, pixels);
        return file.ToArray();
    }
}
