using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using static Weft.Training.Tests.IdxBytes;

namespace Weft.Training.Tests;

public class IdxFileTests
{
    private static readonly IdxExpectation AnyImages = new(IdxContent.Images);
    private static readonly IdxExpectation AnyLabels = new(IdxContent.Labels) { ClassCount = 10 };

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(200, 28, 28)]
    public void Sound_files_are_read_plain_and_packed(int count, int height, int width)
    {
        var bytes = Images(count, height, width);
        foreach (var level in new[] { CompressionLevel.NoCompression, CompressionLevel.Fastest, CompressionLevel.SmallestSize })
        {
            var packed = Read(Gzip(bytes, level), AnyImages with { Count = count, Height = height, Width = width });
            Assert.Equal([count, height, width], packed.Dimensions);
            Assert.Equal(bytes.AsSpan(16), packed.Data.Span);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), packed.Sha256);
        }

        Assert.Equal(bytes.AsSpan(16), Read(bytes, AnyImages).Data.Span);
    }

    [Fact]
    public void A_gzip_header_with_every_optional_part_is_skipped()
    {
        var content = Labels(20);
        var packed = Gzip(content);
        byte[] header = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, (byte)'a', 0, (byte)'b', (byte)'c', 0, 9, 9];
        byte[] full = [.. header, .. packed[10..]];
        Assert.Equal(content.AsSpan(8), Read(full, AnyLabels).Data.Span);
        for (var length = 2; length < header.Length; length++)
            Assert.Contains("incomplete", Refused(full[..length], AnyLabels).What);
    }

    [Fact]
    public void Every_truncation_of_a_packed_file_is_refused()
    {
        var packed = Gzip(Images(5, 28, 28));
        for (var length = 2; length < packed.Length; length++)
            Assert.Equal("file.gz is incomplete", Refused(packed[..length], AnyImages).What);
        Assert.Equal("file.gz is not an IDX file", Refused(packed[..1], AnyImages).What);
    }

    [Fact]
    public void Truncations_of_a_large_packed_file_are_refused_and_the_message_counts_bytes()
    {
        var packed = Gzip(Images(100, 28, 28));
        for (var length = packed.Length - 1; length > 20; length -= 97)
            Assert.Equal("file.gz is incomplete", Refused(packed[..length], AnyImages).What);
        var error = Refused(packed[..40_000], AnyImages);
        Assert.Equal("/data/file.gz, compressed byte 40,000, the end of the file", error.Where);
        Assert.Equal("100 images x 28 x 28 bytes = 78,416 bytes with the header; gzip trailer present", error.Expected);
        Assert.Matches("^[0-9,]+ bytes, stream ends inside a block or its trailer$", error.Found);
    }

    [Fact]
    public void Every_truncation_of_a_plain_file_is_refused()
    {
        var bytes = Images(5, 28, 28);
        for (var length = 1; length < bytes.Length; length++)
            Assert.Equal("file.gz is incomplete", Refused(bytes[..length], AnyImages).What);
        var error = Refused(bytes[..1000], AnyImages);
        Assert.Equal(("5 images x 28 x 28 bytes = 3,936 bytes with the header", "1,000 bytes"), (error.Expected, error.Found));
    }

    [Fact]
    public void A_wrong_trailer_is_refused()
    {
        var packed = Gzip(Labels(50));
        Assert.Equal("file.gz does not match its checksum", Refused(Flip(packed, packed.Length - 8), AnyLabels).What);
        Assert.Equal("file.gz does not match its stored length", Refused(Flip(packed, packed.Length - 4), AnyLabels).What);
        Assert.Equal("file.gz does not match its stored length", Refused(Flip(packed, packed.Length - 1, 0x80), AnyLabels).What);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(5000)]
    [InlineData(20_000)]
    public void Data_after_the_end_is_refused(int length)
    {
        foreach (var content in new[] { Labels(50), Labels(30_000, i => (byte)(i * 7919 % 10)) })
            Assert.Equal("file.gz has data after its end", Refused([.. Gzip(content), .. new byte[length]], AnyLabels).What);
        Assert.Equal("file.gz holds more data than its header says", Refused([.. Labels(50), .. new byte[length]], AnyLabels).What);
    }

    [Fact]
    public void A_second_gzip_member_is_refused()
    {
        var error = Refused([.. Gzip(Labels(50)), .. Gzip(Labels(50))], AnyLabels);
        Assert.Equal("file.gz has data after its end", error.What);
        Assert.EndsWith("a second gzip member behind it", error.Found);
    }

    [Theory]
    [InlineData(49, "file.gz holds more data than its header says")]
    [InlineData(51, "file.gz is incomplete")]
    public void A_count_that_the_data_do_not_keep_is_refused(int claimed, string what)
    {
        byte[] bytes = [.. Header([0, 0, 8, 1], claimed), .. Labels(50)[8..]];
        Assert.Equal(what, Refused(bytes, AnyLabels).What);
        Assert.Equal(what, Refused(Gzip(bytes), AnyLabels).What);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>")]
    [InlineData("\n  <html><body>404</body>")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>")]
    public void A_web_page_is_called_one(string page)
    {
        var error = Refused(Encoding.UTF8.GetBytes(page), AnyImages);
        Assert.Equal("file.gz is a web page, not a gzip file", error.What);
        Assert.Equal("gzip (starts 1f 8b) or IDX (starts 00 00 08)", error.Expected);
    }

    [Fact]
    public void Other_files_are_refused_by_their_first_bytes()
    {
        Assert.Equal("00000801 (IDX, labels)", Refused("PK\u0003\u0004 some archive"u8.ToArray(), AnyLabels).Expected);
        Assert.Equal("504b0304", Refused("PK\u0003\u0004 some archive"u8.ToArray(), AnyLabels).Found);
        Assert.Equal("file.gz is not an IDX file", Refused([.. Header([0, 0, 13, 1], 1), 0, 0, 0, 0], AnyLabels).What); // floats
        Assert.Equal("file.gz is not an IDX file", Refused(Gzip("plain text in gzip, long enough"u8.ToArray()), AnyImages).What);
        Assert.Equal("file.gz has a header that is not gzip's", Refused([0x1f, 0x8b, 7, .. new byte[30]], AnyImages).What);
    }

    [Fact]
    public void Swapped_images_and_labels_are_recognized()
    {
        Assert.Equal("file.gz holds labels, not images: were files swapped?", Refused(Gzip(Labels(50)), AnyImages).What);
        Assert.Equal("file.gz holds images, not labels: were files swapped?", Refused(Images(2, 3, 3), AnyLabels).What);
    }

    [Fact]
    public void Sizes_that_were_agreed_are_kept()
    {
        var bytes = Gzip(Images(6, 28, 28));
        Assert.Equal(("60,000", "6"), (Refused(bytes, AnyImages with { Count = 60_000 }).Expected, Refused(bytes, AnyImages with { Count = 60_000 }).Found));
        Assert.Equal("file.gz has the wrong height", Refused(bytes, AnyImages with { Height = 32 }).What);
        Assert.Equal("file.gz has the wrong width", Refused(bytes, AnyImages with { Width = 32 }).What);
        Assert.Equal("file.gz has the wrong number of images", Refused(Images(0, 28, 28), AnyImages).What);
        Assert.Equal("file.gz has the wrong width", Refused(Header([0, 0, 8, 3], 5, 28, 0), AnyImages).What);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(37, 255)]
    [InlineData(49, 11)]
    public void A_label_that_is_no_class_is_named(int index, byte label)
    {
        var bytes = Labels(50, i => i == index ? label : (byte)(i % 10));
        foreach (var error in new[] { Refused(bytes, AnyLabels), Refused(Gzip(bytes), AnyLabels) })
        {
            Assert.Equal("file.gz has a label that is no class", error.What);
            Assert.EndsWith($"label {index} at unpacked byte {index + 8}", error.Where);
            Assert.Equal(("0 to 9", label.ToString()), (error.Expected, error.Found));
        }
    }

    [Fact]
    public void Altered_content_does_not_pass_its_pinned_checksum()
    {
        var bytes = Images(3, 28, 28);
        var pinned = AnyImages with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
        Assert.Equal(3, Read(bytes, pinned).Count);
        Assert.Equal("file.gz is not the published file", Refused(Flip(bytes, 1234), pinned).What);
        Assert.Equal("file.gz is not the published file", Refused(Gzip(Flip(bytes, 1234)), pinned).What);

        var other = Images(3, 28, 28, seed: 2);
        var knowing = pinned with { KnownFiles = new Dictionary<string, string> { [Convert.ToHexStringLower(SHA256.HashData(other))] = "t10k-images" } };
        Assert.Equal("file.gz is t10k-images under another name: files were swapped", Refused(other, knowing).What);
    }

    [Fact]
    public void Absurd_sizes_are_refused_before_memory_is_taken()
    {
        byte[] header = Header([0, 0, 8, 3], -1, -1, -1);
        byte[] large = Header([0, 0, 8, 3], 1_000_000, 1000, 1);
        byte[] wide = Header([0, 0, 8, 3], 1, 1, 4001);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var bytes in new[] { header, Gzip(header), wide, Gzip(wide) })
            Assert.Equal("file.gz claims to be larger than can be loaded", Refused(bytes, AnyImages).What);
        foreach (var bytes in new[] { large, Gzip(large) }) // within the limit, but nothing is behind it
            Assert.Equal("file.gz is incomplete", Refused(bytes, AnyImages).What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void A_bomb_is_refused_without_being_unpacked()
    {
        var bomb = Gzip([.. Header([0, 0, 8, 1], 1000), .. new byte[100 << 20]], CompressionLevel.SmallestSize);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("file.gz holds more data than its header says", Refused(bomb, AnyLabels).What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }
}
