using System.Buffers.Binary;
using System.Text;

namespace Weft.Training.Tests;

public class PictureFileTests
{
    private static readonly FeatureShape Target = new(2, 3, 1);

    [Theory]
    [InlineData("P2\n3 2\n255\n1 2 3\n4 5 6\n")]
    [InlineData("P2 3 2 255 1 2 3 4 5 6")]
    [InlineData("P2\r\n# width and height\r\n3 2\r\n255\r\n1 2 3\r\n4 5 6\r\n")]
    [InlineData("P2#a\n3#b\n#c\n2 #d\n255#e\n1 2 # inside\n3 4 5 6#f\n")]
    [InlineData("P5\n3 2\n255\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5 3 2 255 \u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5\r\n3 2\r\n255\r\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5\r\n3 2\r\n255\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5#a\n3#b\n2# c\n# d\n255# e\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5\n3 2\n65535\n\u0001\u0001\u0002\u0002\u0003\u0003\u0004\u0004\u0005\u0005\u0006\u0006")]
    [InlineData("P5\n0003 2\n255\n\u0001\u0002\u0003\u0004\u0005\u0006\n")]
    public void A_PGM_of_every_form_is_read(string file) => Assert.Equal([1, 2, 3, 4, 5, 6], Read(file).Single().Pixels);

    [Theory]
    [InlineData("P3\n1 1\n255\n255 0 0")]
    [InlineData("P6\n1 1\n255\n\u00FF\0\0")]
    [InlineData("P6\n1 1\n65535\n\u00FF\u00FF\0\0\0\0")]
    public void A_PPM_of_every_form_is_read(string file) => Assert.Equal([76], Read(file, new FeatureShape(1, 1, 1)).Single().Pixels);

    [Fact]
    public void Values_are_scaled_by_the_largest_that_there_could_be()
    {
        var few = Read("P5\n3 2\n15\n\u0000\u0001\u0002\u0007\u000E\u000F").Single();
        Assert.Equal([0, 17, 34, 119, 238, 255], few.Pixels);
        Assert.Equal(PictureChanges.ValuesScaled, few.Changes);
        var dark = Read("P2\n3 2\n65535\n0 4095 0 0 0 0").Single();
        Assert.Equal(PictureChanges.DepthReduced | PictureChanges.SmallRange, dark.Changes);
        Assert.Equal((4095, 65535), dark.LargestValue);
    }

    [Fact]
    public void Several_pictures_in_a_file_are_several_pictures()
    {
        var pictures = Read("P5\n3 2\n255\n\u0001\u0002\u0003\u0004\u0005\u0006P2 3 2 255 9 9 9 9 9 9\nP5\n3 2\n255\n\u0001\u0002\u0003\u0004\u0005\u0006")
            .ToList();
        Assert.Equal(["x#0", "x#1", "x#2"], pictures.Select(picture => picture.Name));
        Assert.Equal([9, 9, 9, 9, 9, 9], pictures[1].Pixels);
    }

    [Theory]
    [InlineData("P5")]
    [InlineData("P5\n3 2\n255")]
    [InlineData("P5\n3 2\n255\n\u0001\u0002")]
    [InlineData("P5\n3 2\n255\n\u0001\u0002\u0003\u0004\u0005\u0006and more")]
    [InlineData("P5\nx 2\n255\n")]
    [InlineData("P5\n3,2\n255\n")]
    [InlineData("P5\n65536 65536\n255\n")]
    [InlineData("P5\n99999999999999999999 1\n255\n")]
    [InlineData("P5\n0 2\n255\n")]
    [InlineData("P5\n3 2\n0\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5\n3 2\n65536\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P5\n3 2\n5\n\u0001\u0002\u0003\u0004\u0005\u0006")]
    [InlineData("P2\n3 2\n255\n1 2 3 4 5")]
    [InlineData("P2\n3 2\n255\n1 2 3 4 5 256")]
    [InlineData("P2\n3 2\n255\n1 2 3 4 5 -6")]
    public void A_PGM_that_is_none_is_refused(string file) =>
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Read(file).ToList()).Kind);

    [Fact]
    public void IDX_is_read_plain_and_packed_and_only_whole()
    {
        byte[] plain = [.. Header(2, 2, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        var packed = IdxBytes.Gzip(plain);
        foreach (var file in new[] { plain, packed })
        {
            var pictures = PictureFile.Read(new MemoryStream(file), "x", Target).ToList();
            Assert.Equal(["x#0", "x#1"], pictures.Select(picture => picture.Name));
            Assert.Equal([7, 8, 9, 10, 11, 12], pictures[1].Pixels);
            Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(file[..^1]), "x", Target).First());
            Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream([.. file, 0]), "x", Target).First());
        }

        Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(IdxBytes.Gzip(plain[..^1])), "x", Target).First());
        Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(IdxBytes.Gzip([.. plain, 0])), "x", Target).First());
    }

    [Theory]
    [InlineData(0, 28, 28, "holds no image")]
    [InlineData(1 << 22, 1 << 21, 1 << 21, "sides of 1 to")]
    [InlineData(uint.MaxValue, uint.MaxValue, uint.MaxValue, "sides of 1 to")]
    [InlineData(1 << 24, 28, 28, "are read at most")]
    [InlineData(60_000, 28, 28, "bytes follow")]
    [InlineData(1, 0, 28, "sides of 1 to")]
    public void An_IDX_header_that_promises_what_is_not_there_is_refused(uint count, uint height, uint width, string found)
    {
        var header = Header(count, height, width);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(header), "x", Target).ToList());
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(found, error.Found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Throws<WeftException>(() => PictureFile.Read(new MemoryStream(IdxBytes.Gzip(header)), "x", Target).ToList());
    }

    [Fact]
    public void A_small_gzip_file_that_claims_a_gigabyte_is_refused_before_it_is_unpacked() =>
        Assert.Contains("claims to hold", Assert.Throws<WeftException>(() =>
            PictureFile.Read(new MemoryStream(IdxBytes.Gzip(Header(1_000_000, 28, 28))), "x", Target).ToList()).Found);

    [Theory]
    [InlineData("\u00FF\u00D8\u00FF\u00E0", "a JPEG picture")]
    [InlineData("BM12", "a BMP picture")]
    [InlineData("GIF89a", "a GIF picture")]
    [InlineData("II*\0", "a TIFF picture")]
    [InlineData("RIFF\0\0\0\0WEBPVP8 ", "a WebP picture")]
    [InlineData("\0\0\0\u0020ftypavif", "an AVIF picture")]
    [InlineData("P4\n8 1\n\0", "a PBM picture")]
    [InlineData("\0\u0005\u0016\u0007\0\u0002", "the companion that macOS")]
    [InlineData("\0\0\u0008\u0001\0\0\0\u0003", "an IDX file of labels")]
    [InlineData("\0\0\u000D\u0003\0\0\0\u0003", "an IDX file of type 0d with 3 dimensions")]
    [InlineData("<!DOCTYPE html><html>", "a web page")]
    [InlineData("<?xml version='1.0'?><svg>", "an SVG picture")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer")]
    [InlineData("", "an empty file")]
    [InlineData("abcd", "begins with 61626364")]
    public void Files_of_other_kinds_are_named_as_what_they_are(string file, string name)
    {
        var error = Assert.Throws<WeftException>(() => Read(file).ToList());
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(name, error.Found);
        Assert.Contains("PNG, PGM or PPM", error.Expected);
    }

    [Fact]
    public void A_picture_of_another_kind_comes_with_the_command_that_converts_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.In("a b'c.jpg");
        File.WriteAllBytes(path, [0xFF, 0xD8, 0xFF, 0xE0]);
        var advice = Assert.IsType<Advice>(Assert.Throws<WeftException>(() => PictureFile.Read(path, Target).ToList()).Next).Text;
        Assert.StartsWith("magick '", advice);
        Assert.EndsWith("a b'\\''c.png'", advice);
    }

    [Fact]
    public void What_is_no_regular_file_or_not_there_is_refused_without_being_opened()
    {
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => PictureFile.Read("/nowhere/a.png", Target).ToList()).Kind);
        using var folder = new TemporaryFolder();
        Assert.Contains("a folder", Assert.Throws<WeftException>(() => PictureFile.Read(folder.In("."), Target).ToList()).Found);
        if (OperatingSystem.IsLinux())
            Assert.Contains("a pipe or a device", Assert.Throws<WeftException>(() => PictureFile.Read("/dev/zero", Target).ToList()).Found);
    }

    [Fact]
    public void A_stream_without_a_length_is_read_as_far_as_memory_allows()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6], PictureFile.ReadAhead(new MemoryStream(Latin("P2 3 2 255 1 2 3 4 5 6")), "-", Target).Single().Pixels);
        Assert.Contains("too large", Assert.Throws<WeftException>(() => PictureFile.ReadAhead(new EndlessStream(), "-", Target).ToList()).Message);
    }

    private static IEnumerable<FittedPicture> Read(string file, FeatureShape? target = null) =>
        PictureFile.Read(new MemoryStream(Latin(file)), "x", target ?? Target);

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Header(uint count, uint height, uint width)
    {
        var header = new byte[16];
        header[2] = 8;
        header[3] = 3;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), height);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), width);
        return header;
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => buffer.Length;

        public override int Read(byte[] buffer, int offset, int count) => count;
    }
}
