using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Weft.Pictures.Tests;

/// <summary>Files that are made to do harm, files that are something else than their name says, and files that are odd and fine.</summary>
public class HostileTests
{
    private static readonly PicturePolicy Tiny = new(8, 8, 3);

    /// <summary>What a file is, by its first bytes; the phrase is for a person, the fault for a program.</summary>
    [Theory]
    [InlineData("", PictureFault.Empty, "an empty file")]
    [InlineData("<!DOCTYPE html>\n<html><body>Not found</body></html>", PictureFault.WebPage, "an HTML page")]
    [InlineData("\n\n  <HTML lang=\"en\">", PictureFault.WebPage, "an HTML page")]
    [InlineData("<?xml version=\"1.0\"?><svg width=\"5\"/>", PictureFault.UnsupportedFormat, "an SVG drawing")]
    [InlineData("{\"error\": \"quota\"}", PictureFault.NotAPicture, "a text")]
    [InlineData("BMW is a make of cars, and this is a text about it", PictureFault.NotAPicture, "a text")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", PictureFault.NotAPicture, "a pointer of Git LFS")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", PictureFault.UnsupportedFormat, "a HEIC picture")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", PictureFault.UnsupportedFormat, "a HEIC picture")]
    [InlineData("\0\0\0\u001cftypavif\0\0\0\0avifmif1", PictureFault.UnsupportedFormat, "an AVIF picture")]
    [InlineData("\0\0\0\u001cftypmp42\0\0\0\0mp42isom", PictureFault.NotAPicture, "a film")]
    [InlineData("II*\0\u0008\0\0\0", PictureFault.UnsupportedFormat, "a TIFF picture")]
    [InlineData("MM\0*\0\0\0\u0008", PictureFault.UnsupportedFormat, "a TIFF picture")]
    [InlineData("%PDF-1.7\n", PictureFault.UnsupportedFormat, "a PDF document")]
    [InlineData("8BPS\0\u0001", PictureFault.UnsupportedFormat, "a Photoshop document")]
    [InlineData("\u00FF\u000A\0\0", PictureFault.UnsupportedFormat, "a JPEG XL picture")]
    [InlineData("PK\u0003\u0004aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PictureFault.NotAPicture, "a ZIP archive")]
    [InlineData("P3 1 1 255 0 0 0", PictureFault.UnsupportedFormat, "a Netpbm picture written as text or in bits")]
    [InlineData("\0\0\0\0\0\0\0\0", PictureFault.NotAPicture, "a file of zeros")]
    [InlineData("\u0001\u0002\u0003aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PictureFault.NotAPicture, "a file of an unknown kind")]
    [InlineData("\u00FF\u00D8\u00FF\u00E0\0\u0010JFIF\0\u0001\u0001\0\0\u0001\0\u0001", PictureFault.Truncated, "ends early")]
    [InlineData("\u0089PNG\r\n", PictureFault.Truncated, "ends early")]
    public void What_is_no_picture_is_named(string file, PictureFault fault, string found)
    {
        var thrown = Refused(Encoding.Latin1.GetBytes(file), fault);
        Assert.Equal(found, thrown.Found);
        Assert.StartsWith(fault == PictureFault.Truncated ? $"The picture {found}." : $"This is {found},", thrown.Message);
    }

    [Fact]
    public void A_phone_s_owner_reads_which_setting_helps() =>
        Assert.Contains("Most Compatible", Refused("\0\0\0\u0018ftypheic\0\0\0\0mif1heic"u8.ToArray(), PictureFault.UnsupportedFormat).Advice);

    [Fact]
    public void A_bomb_is_refused_by_its_header_and_takes_no_memory()
    {
        var bomb = Png(50_000, 50_000, depth: 1, kind: 0, new byte[64]);
        Refused(bomb, PictureFault.TooLarge); // once, so that what is made on the first call is there
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("50,000×50,000", Refused(bomb, PictureFault.TooLarge).Found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData(0, 5, PictureFault.Damaged)]
    [InlineData(5, 0, PictureFault.Damaged)]
    [InlineData(int.MaxValue, int.MaxValue, PictureFault.TooLarge)]
    [InlineData(-1, -1, PictureFault.Damaged)]
    [InlineData(32_769, 1, PictureFault.TooLarge)]
    [InlineData(10_001, 10_000, PictureFault.TooLarge)]
    [InlineData(9_000, 9_000, PictureFault.Truncated)] // as many values cannot be in so few bytes
    public void A_size_that_cannot_be_is_one_message(int width, int height, PictureFault fault) => Refused(Png(width, height, 8, 2, new byte[64]), fault);

    [Theory]
    [InlineData(65_500, 65_500, PictureFault.TooLarge)]
    [InlineData(9_000, 9_000, PictureFault.Truncated)] // as many pixels cannot be in so few bytes
    [InlineData(0, 87, PictureFault.Damaged)]
    [InlineData(131, 0, PictureFault.Damaged)]
    public void A_JPEG_that_claims_more_than_it_can_have_is_refused(int width, int height, PictureFault fault)
    {
        var file = Fixture.Bytes("jpeg-420.jpg");
        var frame = file.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(frame + 7), (ushort)width);
        Refused(file, fault);
    }

    [Theory]
    [InlineData("webp-lossless.webp", 21, 0xFFFFFFF)]
    [InlineData("bmp-24.bmp", 18, 30_000)]
    [InlineData("bmp-24.bmp", 22, 30_000)]
    [InlineData("bmp-24.bmp", 18, -1)]
    [InlineData("bmp-24.bmp", 22, int.MinValue)]
    [InlineData("bmp-8-rle.bmp", 18, 32_000_000)]
    [InlineData("gif-plain.gif", 6, -1)]
    [InlineData("ico-bmp.ico", 42, 30_000)]
    public void Other_formats_that_claim_more_are_refused(string name, int at, int number)
    {
        var file = Fixture.Bytes(name);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), number);
        Assert.Throws<PictureException>(() => Fixture.Read(file, Tiny));
    }

    [Fact]
    public void Netpbm_headers_are_checked()
    {
        Refused("P6 70000 70000 255 "u8.ToArray(), PictureFault.TooLarge);
        Refused("P6 99999999999999999999 1 255 "u8.ToArray(), PictureFault.Damaged);
        Refused("P6 4 4 70000 "u8.ToArray(), PictureFault.Damaged);
        Refused("P6 4 4 0 "u8.ToArray(), PictureFault.Damaged);
        Refused("P6 4 x 255 "u8.ToArray(), PictureFault.Damaged);
        Refused("P6 0 4 255 "u8.ToArray(), PictureFault.Damaged);
        Refused("P5 4 4 255 \u0001"u8.ToArray(), PictureFault.Truncated);
    }

    [Fact]
    public void Limits_can_be_set()
    {
        var file = Fixture.Bytes("jpeg-420.jpg");
        Assert.Equal(131, PictureReader.Peek(file, new() { MaximumSide = 131, MaximumPixels = 131 * 87 }).Width);
        Assert.Equal(PictureFault.TooLarge, Assert.Throws<PictureException>(() => PictureReader.Peek(file, new() { MaximumSide = 130 })).Fault);
        Assert.Equal(PictureFault.TooLarge, Assert.Throws<PictureException>(() => PictureReader.Peek(file, new() { MaximumPixels = 131 * 87 - 1 })).Fault);
    }

    [Fact]
    public void A_large_picture_takes_four_bytes_a_pixel_and_little_more()
    {
        var file = Png(3_000, 2_000, 1, 0, new byte[376 * 2_000]);
        Fixture.Read(file, Tiny);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.All(Fixture.Read(file, Tiny), value => Assert.Equal(0, value));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000 * 2_000 * 4 + 1_000_000);
    }

    [Fact]
    public void Limits_may_not_be_wider_than_a_buffer() => Assert.Contains("500,000,000", Assert.Throws<PictureException>(() =>
        PictureReader.Peek(Png(30_000, 20_000, 1, 0, new byte[80_000_000]), new() { MaximumPixels = long.MaxValue })).Found);

    [Fact]
    public void A_JPEG_of_scans_without_end_is_refused()
    {
        var file = Fixture.Bytes("jpeg-progressive.jpg");
        var last = file.AsSpan().LastIndexOf((byte[])[0xFF, 0xDA]);
        var scan = file[last..^2];
        Refused([.. file[..^2], .. Enumerable.Repeat(scan, 100).SelectMany(bytes => bytes), 0xFF, 0xD9], PictureFault.Damaged);
    }

    [Fact]
    public void Of_a_long_animation_the_first_picture_is_read()
    {
        var file = Fixture.Bytes("gif-animated.gif");
        var second = file.AsSpan(400).IndexOf((byte[])[0x21, 0xF9, 0x04]) + 400;
        byte[] many = [.. file[..^1], .. Enumerable.Repeat(file[second..^1], 100).SelectMany(bytes => bytes), 0x3B];
        Assert.InRange(PictureReader.Peek(many).FrameCount, 200, 300);
        Assert.Equal(Fixture.Read(file, Tiny), Fixture.Read(many, Tiny));
    }

    [Fact]
    public void A_strip_of_one_pixel_s_height_is_read()
    {
        var row = Enumerable.Range(0, 30_000).Select(x => (byte)(x / 200)).ToArray();
        var pixels = Fixture.Read(Png(30_000, 1, 8, 0, [0, .. row]), new(4, 4, 1) { Fitting = PictureFitting.Squash });
        Assert.Equal(ResizeReference.Resize(row, 30_000, 1, 1, 4, 4, ResizeFilter.Bilinear), pixels);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_wrong_checksum_in_a_PNG_is_damage(bool ofTheData)
    {
        var file = Fixture.Bytes("png-rgb-8.png");
        file[ofTheData ? file.Length - 12 - 3 : 8 + 8 + 13 + 1] ^= 1;
        Assert.Equal("is damaged", Refused(file, PictureFault.Damaged).Found);
    }

    /// <summary>Coded data of a JPEG have no checksum: what is exchanged there is read as another picture. This says so, it does not wish it.</summary>
    [Fact]
    public void Exchanged_bytes_in_the_data_of_a_JPEG_cannot_be_seen()
    {
        var file = Fixture.Bytes("jpeg-420.jpg");
        var right = Fixture.Read(file, Tiny);
        for (var i = 2_000; i < 2_040; i++)
            file[i] = 0x55;
        Assert.NotEqual(right, Fixture.Read(file, Tiny));
    }

    [Fact]
    public void A_picture_is_read_whatever_follows_it()
    {
        foreach (var name in new[] { "jpeg-420.jpg", "png-rgb-8.png", "gif-plain.gif", "webp-lossy.webp", "netpbm-8.ppm" })
        {
            var file = Fixture.Bytes(name);
            byte[] more = [.. file, .. "PK\u0003\u0004"u8, .. new byte[1_500]];
            Assert.Equal(Fixture.Read(file, Tiny), Fixture.Read(more, Tiny));
            Assert.Equal(1_504, PictureReader.Peek(more).TrailingBytes);
        }
    }

    [Theory]
    [InlineData("MM\0*\u007F\u00FF\u00FF\u00FF")] // a directory far outside
    [InlineData("MM\0*\0\0\0\u0008\u00FF\u00FF")] // 65,535 entries, none there
    [InlineData("MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0009\0\0")] // an orientation of 9
    [InlineData("MM\0*\0\0\0\u0008\0\u0001\u0001\u0012\0\u0002\0\0\0\u0001\0\u0006\0\0")] // an orientation that is a text
    [InlineData("XX")]
    public void EXIF_that_makes_no_sense_is_passed_over(string exif)
    {
        var (file, segment) = (Fixture.Bytes("exif-1.jpg"), Encoding.Latin1.GetBytes("Exif\0\0" + exif));
        byte[] changed = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(segment.Length + 2), .. segment, .. file[2..]];
        Assert.Equal(1, PictureReader.Peek(changed).Orientation);
        Assert.Equal(Fixture.Read(file, Tiny), Fixture.Read(changed, Tiny));
    }

    [Theory]
    [InlineData(0xC9, 8, 3, "an arithmetically coded JPEG")]
    [InlineData(0xC3, 8, 3, "a lossless or hierarchical JPEG")]
    [InlineData(0xC1, 12, 3, "a JPEG of 12 bits a channel")]
    [InlineData(0xC0, 8, 2, "a JPEG of 2 channels")]
    public void Rare_kinds_of_JPEG_are_named(byte marker, byte bits, byte channels, string found)
    {
        var file = Fixture.Bytes("jpeg-420.jpg");
        var frame = file.AsSpan().IndexOf((byte[])[0xFF, 0xC0]);
        (file[frame + 1], file[frame + 4], file[frame + 9]) = (marker, bits, channels);
        Assert.Equal(found, Refused(file, PictureFault.UnsupportedFormat).Found);
    }

    private static PictureException Refused(byte[] file, PictureFault fault)
    {
        var thrown = Assert.Throws<PictureException>(() => Fixture.Read(file, Tiny));
        Assert.Equal(fault, thrown.Fault);
        return thrown;
    }

    private static byte[] Png(int width, int height, byte depth, byte kind, byte[] rows)
    {
        using var data = new MemoryStream();
        using (var compressed = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            compressed.Write(rows);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, kind);
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string kind, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(kind), .. content];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(named));
        return [.. length, .. named, .. checksum];
    }
}
