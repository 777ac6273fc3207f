using System.Buffers.Binary;
using System.Text;
using Weft.Tests.Shared;

namespace Weft.Pictures.Tests;

/// <summary>
/// What is read is any file at all: each input gives a picture or the one exception, and leaves the target alone if there is none. The long form:
/// <c>dotnet run eng/fuzz.cs -- readers</c>.
/// </summary>
[Trait("Fuzz", "reader")]
public class PictureFuzzTests
{
    private static readonly PicturePolicy Tiny = new(8, 8, 3);
    private static readonly Fuzzer Fuzzer = new(failure => (failure as PictureException)?.Fault.ToString());

    [Fact]
    public void Jpeg_files() => Read(Files("*.jpg") with { Name = "jpeg", Pieces = file => Containers.Marks(file, 0xFF) });

    [Fact]
    public void Png_files() => Read(Files("*.png") with { Name = "png", Pieces = Containers.PngChunks, Repair = Containers.WithPngChecksums });

    /// <summary>What lies in the compressed data: filters and pixels of every kind, more and fewer than there should be.</summary>
    [Fact]
    public void Rows_of_Png_files()
    {
        const int Width = 9, Height = 7;
        foreach (var (kind, depth, channels) in new (byte, byte, int)[] { (0, 1, 1), (0, 16, 1), (2, 8, 3), (3, 4, 1), (4, 8, 2), (6, 16, 4) })
        {
            byte[] header = [0, 0, 0, Width, 0, 0, 0, Height, depth, kind, 0, 0, 0];
            var row = 1 + (Width * channels * depth + 7) / 8;
            Read(new FuzzedFormat($"png-rows-{kind}-{depth}", [.. Enumerable.Range(0, Height * row).Select(i => (byte)(i % row == 0 ? i / row % 5 : i))])
            {
                Wrap = rows => Containers.WithPngChecksums(
                [
                    0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR", header), .. kind == 3 ? Chunk("PLTE", new byte[48]) : [],
                    .. Chunk("IDAT", Containers.Zlib(rows)), .. Chunk("IEND", []),
                ]),
                Usual = 200,
            });
        }
    }

    [Fact]
    public void WebP_files() => Read(Files("*.webp") with { Name = "webp", Pieces = Containers.RiffChunks });

    [Fact]
    public void Bmp_files() => Read(Files("*.bmp") with { Name = "bmp" });

    [Fact]
    public void Gif_files() => Read(Files("*.gif") with { Name = "gif", Pieces = file => Containers.Marks(file, 0x21, 0x2C) });

    [Fact]
    public void Ico_files() => Read(Files("*.ico") with { Name = "ico" });

    [Fact]
    public void Netpbm_files() => Read(Files("*.p?m") with { Name = "netpbm" });

    // One in sixteen within the usual limits, which allow more memory than thousands of inputs should take.
    private static void Read(FuzzedFormat format)
    {
        var target = new byte[8 * 8 * 3];
        Fuzzer.Read(format, file =>
        {
            target.AsSpan().Fill(7);
            try
            {
                PictureReader.Read(file, Tiny, target, file.Length % 16 == 0 ? null : new DecoderLimits { MaximumPixels = 300_000 });
            }
            catch (PictureException)
            {
                Assert.DoesNotContain(target, value => value != 7);
                throw;
            }
        });
    }

    private static FuzzedFormat Files(string pattern) => new(pattern, [.. Fixture.Files(pattern).Select(Fixture.Bytes)]);

    private static byte[] Chunk(string kind, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(kind), .. content, 0, 0, 0, 0];
    }
}
