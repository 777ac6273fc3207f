namespace Weft.Training.Tests;

public class PngReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_the_writer_wrote_is_read_back(int channels)
    {
        var shape = new FeatureShape(13, 7, channels);
        var pixels = Noise(shape.Length);
        using var file = new MemoryStream();
        PngWriter.Write(file, shape, pixels);
        var picture = Assert.Single(PictureFile.Read(file, "a.png", shape));
        Assert.Equal(("a.png", PictureChanges.None), (picture.Name, picture.Changes));
        Assert.Equal(pixels, picture.Pixels);
    }

    [Fact]
    public void Every_filter_is_undone()
    {
        // Rows of 3 grey pixels: none, sub, up, average, Paeth; each decodes to 10 20 30.
        var picture = Read(new PngBytes(3, 5).OfRows([0, 10, 20, 30, 1, 10, 10, 10, 2, 0, 0, 0, 3, 5, 5, 5, 4, 0, 0, 0]), 5, 3);
        Assert.Equal(Enumerable.Repeat(new byte[] { 10, 20, 30 }, 5).SelectMany(row => row), picture.Pixels);
        Assert.Contains("filter 5", Refused(new PngBytes(1, 1).OfRows([5, 0])).Found);
    }

    [Fact]
    public void Few_and_many_bits_become_bytes_and_say_so()
    {
        var bits = Read(new PngBytes(9, 1, Depth: 1).OfRows([0, 0b10100001, 0b10000000]), 1, 9);
        Assert.Equal([255, 0, 255, 0, 0, 0, 0, 255, 255], bits.Pixels);
        Assert.Equal(PictureChanges.ValuesScaled, bits.Changes);
        Assert.Equal([0, 85, 170, 255], Read(new PngBytes(4, 1, Depth: 2).OfRows([0, 0b00011011]), 1, 4).Pixels);
        var words = Read(new PngBytes(2, 1, Depth: 16).OfRows([0, 7, 255, 90, 0]), 1, 2);
        Assert.Equal([7, 90], words.Pixels);
        Assert.Equal(PictureChanges.DepthReduced, words.Changes);
        var dark = Read(new PngBytes(2, 1, Depth: 16).OfRows([0, 0x0F, 0xFF, 0, 0]), 1, 2);
        Assert.Equal(PictureChanges.DepthReduced | PictureChanges.SmallRange, dark.Changes);
        Assert.Equal((4095, 65535), dark.LargestValue);
    }

    [Theory]
    [InlineData(0, 1), InlineData(0, 2), InlineData(0, 4), InlineData(0, 8), InlineData(0, 16), InlineData(2, 8), InlineData(2, 16)]
    [InlineData(3, 1), InlineData(3, 2), InlineData(3, 4), InlineData(3, 8), InlineData(4, 8), InlineData(4, 16), InlineData(6, 8), InlineData(6, 16)]
    public void An_interlaced_picture_is_that_which_is_not(byte color, byte depth)
    {
        var samples = color switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };
        var palette = color == 3 ? Noise(3 << depth) : null;
        foreach (var (width, height) in new[] { (1, 1), (2, 3), (5, 5), (8, 8), (9, 17), (13, 4) })
        {
            int[] Pixel(int x, int y) => [.. Enumerable.Range(0, samples).Select(i => (x * 3083 + y * 7919 + i * 257 + 1) & ((1 << depth) - 1))];
            var png = new PngBytes(width, height, depth, color) { Palette = palette };
            foreach (var target in new[] { new FeatureShape(height, width, 3), new FeatureShape(4, 4, 1) })
            {
                var plain = Assert.Single(PictureFile.Read(new MemoryStream(png.Of(Pixel)), "a", target));
                var interlaced = Assert.Single(PictureFile.Read(new MemoryStream((png with { Interlaced = true }).Of(Pixel)), "a", target));
                // sums in another order may round otherwise
                Assert.All(plain.Pixels.Zip(interlaced.Pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, target.Channels == 3 ? 0 : 1));
                Assert.Equal((plain.Changes | PictureChanges.Interlaced, plain.HasBrightGround), (interlaced.Changes, interlaced.HasBrightGround));
            }
        }
    }

    [Fact]
    public void A_cut_out_garment_is_laid_over_black()
    {
        int[] garment = [0, 0, 90, 200, 0, 130];
        var expected = garment.Select(value => (byte)value);
        int[] Hidden(int x, int y) => garment[x] == 0 ? [255, 0] : [garment[x], 255];
        var picture = Read(new PngBytes(6, 1, Color: 4).Of(Hidden), 1, 6);
        Assert.Equal(expected, picture.Pixels);
        Assert.Equal(PictureChanges.LaidOverBlack, picture.Changes);

        int Key(int x) => garment[x] == 0 ? 255 : garment[x];
        Assert.Equal(expected, Read(new PngBytes(6, 1) { Transparency = [0, 255] }.Of((x, _) => [Key(x)]), 1, 6).Pixels);
        Assert.Equal(expected, Read(new PngBytes(6, 1, Color: 2) { Transparency = [0, 255, 0, 255, 0, 255] }.Of((x, _) => [Key(x), Key(x), Key(x)]), 1,
            6).Pixels);
        Assert.Equal(expected, Read(new PngBytes(6, 1, Depth: 16) { Transparency = [255, 1] }.Of((x, _) => [garment[x] == 0 ? 0xFF01 : garment[x] << 8]), 1,
            6).Pixels);
        byte[] palette = [.. Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)(i == 0 ? 255 : i), (byte)(i == 0 ? 255 : i), (byte)(i == 0 ? 255 : i) })];
        Assert.Equal(expected, Read(new PngBytes(6, 1, Color: 3) { Palette = palette, Transparency = [0] }.Of((x, _) => [garment[x]]), 1, 6).Pixels);
        Assert.Equal([100, 50], Read(new PngBytes(2, 1, Color: 4).Of((x, _) => [100, x == 0 ? 255 : 128]), 1, 2).Pixels);
    }

    [Fact]
    public void A_black_drawing_on_a_transparent_ground_is_laid_over_white_and_inverted_it_is_its_opacity()
    {
        var opacity = Noise(64);
        opacity[0] = 0;
        int[] Pixel(int x, int y) => [0, 0, 0, opacity[y * 8 + x]];
        var file = new PngBytes(8, 8, Color: 6).Of(Pixel);
        var drawing = Read(file, 8, 8);
        Assert.Equal(opacity.Select(value => (byte)(255 - value)), drawing.Pixels);
        Assert.Equal(PictureChanges.LaidOverWhite, drawing.Changes);
        Assert.Equal(opacity, Read(file, 8, 8, invert: true).Pixels);
        var dark = Read(new PngBytes(8, 8, Color: 6).Of((x, y) => [20, 20, 20, opacity[y * 8 + x]]), 8, 8);
        Assert.True(dark.Changes.HasFlag(PictureChanges.LaidOverWhite));
        var white = Read(new PngBytes(8, 8, Color: 6).Of((x, y) => [255, 255, 255, opacity[y * 8 + x]]), 8, 8);
        Assert.Equal(opacity, white.Pixels);
        var nothing = Read(new PngBytes(8, 8, Color: 6).Of((_, _) => [255, 255, 255, 0]), 8, 8);
        Assert.Equal(new byte[64], nothing.Pixels);
        Assert.True(Read(new PngBytes(8, 8, Color: 6).Of((x, y) => [0, 0, 0, x is 3 or 4 ? 255 : 0]), 8, 8).HasBrightGround);
    }

    [Fact]
    public void Colour_is_noted_only_where_there_is_some()
    {
        Assert.Equal(PictureChanges.None, Read(new PngBytes(2, 1, Color: 2).Of((x, _) => [x, x, x]), 1, 2).Changes);
        Assert.Equal(PictureChanges.ColorToGrey, Read(new PngBytes(2, 1, Color: 2).Of((x, _) => [255, 0, x]), 1, 2).Changes);
        Assert.Equal(PictureChanges.GreyToColor,
            Assert.Single(PictureFile.Read(new MemoryStream(new PngBytes(1, 1).OfRows([0, 9])), "a", new FeatureShape(1, 1, 3))).Changes);
        Assert.Equal(PictureChanges.Resized | PictureChanges.Inverted, Read(new PngBytes(1, 1).OfRows([0, 9]), 2, 2, invert: true).Changes);
    }

    [Theory]
    [InlineData("II*\0\b\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0\u0006\0\0\0", true)]
    [InlineData("II*\0\b\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0\u0001\0\0\0", false)]
    [InlineData("MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0003\0\0", true)]
    [InlineData("MM\0*\u00FF\u00FF\u00FF\u00FF", false)]
    [InlineData("II", false)]
    public void A_rotation_that_is_not_carried_out_is_noted(string exif, bool isTurned)
    {
        var file = (new PngBytes(1, 1) { Extra = ("eXIf", [.. exif.Select(letter => (byte)letter)]) }).OfRows([0, 9]);
        Assert.Equal(isTurned ? PictureChanges.OrientationIgnored : PictureChanges.None, Read(file, 1, 1).Changes);
    }

    [Fact]
    public void Of_an_animation_the_first_picture_is_taken()
    {
        var file = (new PngBytes(1, 1) { Extra = ("acTL", [0, 0, 0, 3, 0, 0, 0, 0]) }).OfRows([0, 9]);
        Assert.Equal(PictureChanges.FirstOfAnimation, Read(file, 1, 1).Changes);
        Assert.Contains("kind of PNG", Refused((new PngBytes(1, 1) { Extra = ("ABCD", []) }).OfRows([0, 9])).Found);
    }

    [Fact]
    public void Damage_anywhere_is_told_never_a_crash()
    {
        using var file = new MemoryStream();
        PngWriter.Write(file, new FeatureShape(6, 6, 1), [.. Enumerable.Range(0, 36).Select(i => (byte)(7 * i))]);
        var good = file.ToArray();
        for (var i = 0; i < good.Length; i++)
        {
            var bad = good.ToArray();
            bad[i] ^= 0x55;
            Refused(bad);
            Refused(good[..i]);
        }
    }

    [Fact]
    public void Compressed_data_that_are_no_zlib_are_told()
    {
        Refused(new PngBytes(2, 2).OfData([]));
        Assert.Equal("the compressed data are damaged", Refused(new PngBytes(2, 2).OfData([0x11, 1, 2, 3])).Found);
        Assert.Equal("the compressed data are damaged", Refused(new PngBytes(2, 2).OfData([0x78, 0xBB, 1, 2, 3, 4, 5, 6])).Found); // wants a dictionary
        Refused(new PngBytes(2, 2, Color: 3).OfRows([0, 0, 0, 0, 0, 0]));   // no palette
    }

    [Theory]
    [InlineData(0, 1), InlineData(1, 0), InlineData(65_536, 1), InlineData(1, 65_536), InlineData(40_000, 40_000), InlineData(16_384, 16_384),
        InlineData(int.MaxValue, int.MaxValue), InlineData(-1, -1)]
    public void A_size_that_is_too_large_is_refused_from_the_header(int width, int height)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("sides of 1 to 65535", Refused(new PngBytes(width, height, 16, 6).OfData([1, 2, 3])).Found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_small_file_that_claims_a_gigabyte_is_refused_from_the_header()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("claims to hold", Refused(new PngBytes(13_000, 13_000, 16, 6).OfData([1, 2, 3])).Found);
        Assert.Contains("claims to hold", Refused((new PngBytes(13_000, 13_000) { Interlaced = true }).OfData([1, 2, 3])).Found);
        Assert.Contains("claims to hold", Refused(new PngBytes(13_000, 13_000, Depth: 1).OfData([1, 2, 3])).Found); // few bytes, many pixels
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_large_picture_takes_the_memory_of_a_few_rows()
    {
        const int Side = 3000;
        var file = new PngBytes(Side, Side, Color: 2).OfRows(new byte[Side * (3 * Side + 1)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(new byte[28 * 28], Read(file, 28, 28).Pixels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static FittedPicture Read(byte[] file, int height, int width, bool invert = false) =>
        Assert.Single(PictureFile.Read(new MemoryStream(file), "made", new FeatureShape(height, width, 1), invert));

    private static WeftException Refused(byte[] file)
    {
        var error = Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(file), "bad.png", new FeatureShape(28, 28, 1)).ToList());
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        return error;
    }

    private static byte[] Noise(int length)
    {
        var rng = Rng.For(1, RngPurpose.Analysis);
        return [.. Enumerable.Range(0, length).Select(i => (byte)rng.UInt64(i))];
    }
}
