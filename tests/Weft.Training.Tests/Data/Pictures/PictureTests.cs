using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Weft.Training.Tests;

public class PictureTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 13, 3)]
    [InlineData(200, 300, 3)]
    public void A_picture_written_as_PNG_reads_back(int height, int width, int channels)
    {
        var samples = SyntheticImages.Create(1, height: height, width: width, channels: channels);
        using var file = new MemoryStream();
        PngWriter.Write(file, samples.Shape, samples.Image(0));
        var (shape, pixels) = Decode(file.ToArray());
        Assert.Equal(samples.Shape, shape);
        Assert.Equal(samples.Image(0), pixels);
    }

    [Fact]
    public void Only_grey_and_RGB_of_the_right_size_are_written()
    {
        Assert.Throws<ArgumentException>(() => PngWriter.Write(Stream.Null, new FeatureShape(2, 2, 2), new byte[8]));
        Assert.Throws<ArgumentException>(() => PngWriter.Write(Stream.Null, new FeatureShape(2, 2, 1), new byte[5]));
    }

    [Fact]
    public void Text_is_drawn_dot_by_dot_and_cut_off_at_the_edges()
    {
        var picture = new Picture(14, 9);
        picture.DrawText(1, 1, "T-");
        string[] expected = ["..............", ".XXXXX........", "...X..........", "...X..........", "...X...XXXXX..",
            "...X..........", "...X..........", "...X..........", ".............."];
        Assert.Equal(expected, Enumerable.Range(0, 9)
            .Select(y => string.Concat(Enumerable.Range(0, 14).Select(x => picture.Pixels[(y * 14 + x) * 3] < 128 ? 'X' : '.'))));
        picture.DrawText(-3, -3, "edge");
        picture.DrawImage(10, 5, new byte[16], new FeatureShape(4, 4, 1), 3);
    }

    [Fact]
    public void Letters_of_class_names_have_glyphs_that_differ()
    {
        var names = string.Concat(FashionMnist.Known.ClassNames) + "0123456789#/-";
        var glyphs = names.Distinct()
            .Select(letter => string.Concat(Enumerable.Range(0, 35).Select(dot => BitmapFont.HasDot(letter, dot % 5, dot / 5) ? 1 : 0))).ToArray();
        Assert.Equal(glyphs.Length, glyphs.Distinct().Count());
        Assert.DoesNotContain("11111100011000110001100011000111111", glyphs); // the box of what has no glyph
    }

    [Fact]
    public void The_sheet_of_classes_shows_the_first_samples_of_each()
    {
        var data = Dataset();
        var sheet = SampleSheet.OfClasses(data, [3, 0, 1, 2, 4, 5, 6, 7, 8], perClass: 2);
        // class 0 holds 0, 3, 6: the first two in the order given are 3 and 0
        Assert.Equal(data.Train.Image(3)[0], Pixel(sheet, sheet.Shape.Width - 2 * 24, 4));
        Assert.Equal(data.Train.Image(0)[0], Pixel(sheet, sheet.Shape.Width - 24, 4));
        Assert.Equal(data.Train.Image(4)[0], Pixel(sheet, sheet.Shape.Width - 24, 4 + 24));
        Assert.Equal(255, Pixel(sheet, sheet.Shape.Width - 25, 4));
    }

    [Fact]
    public void The_sheet_of_augmentations_shows_the_original_and_what_the_loader_makes_of_it()
    {
        var data = Dataset();
        int[] all = [.. Enumerable.Range(0, data.Train.Count)];
        var sheet = SampleSheet.OfAugmentations(data, [2], all, new AugmentationOptions { Applied = [new HorizontalFlip(1)] }, seed: 1, variants: 3);
        var top = sheet.Shape.Height - 24;
        Assert.Equal(data.Train.Image(2)[0], Pixel(sheet, sheet.Shape.Width - 4 * 24, top));
        for (var epoch = 1; epoch <= 3; epoch++)
            Assert.Equal(data.Train.Image(2)[9], Pixel(sheet, sheet.Shape.Width - (4 - epoch) * 24, top));
        var mixed = SampleSheet.OfAugmentations(data, [2], all, new AugmentationOptions { Applied = [new Mixup(5)] }, seed: 1, variants: 3);
        Assert.NotEqual(sheet.Pixels, mixed.Pixels);
    }

    private static byte Pixel(Picture picture, int x, int y) => picture.Pixels[(y * picture.Shape.Width + x) * 3];

    private static ImageDataset Dataset()
    {
        var samples = SyntheticImages.Create(9, classCount: 3, height: 10, width: 10);
        return new ImageDataset("synthetic", samples, () => samples, ["Bag", "Coat", "Dress"]);
    }

    private static (FeatureShape Shape, byte[] Pixels) Decode(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var chunks = new List<(string Type, byte[] Data)>();
        for (var at = 8; at < file.Length; at += 12 + chunks[^1].Data.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            Assert.Equal(Crc32.HashToUInt32(file.AsSpan(at + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Select(chunk => chunk.Type));
        var header = chunks[0].Data;
        var shape = new FeatureShape(
            BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)), BinaryPrimitives.ReadInt32BigEndian(header), header[9] == 2 ? 3 : 1);
        Assert.Equal([8, header[9], 0, 0, 0], header[8..]);
        using var unpacked = new MemoryStream();
        using (var stream = new ZLibStream(new MemoryStream(chunks[1].Data), CompressionMode.Decompress))
            stream.CopyTo(unpacked);
        var rows = unpacked.ToArray();
        var stride = shape.Width * shape.Channels;
        var pixels = new byte[shape.Length];
        for (var y = 0; y < shape.Height; y++)
        {
            Assert.Equal(2, rows[y * (stride + 1)]);
            for (var i = 0; i < stride; i++)
                pixels[y * stride + i] = (byte)(rows[y * (stride + 1) + 1 + i] + (y > 0 ? pixels[(y - 1) * stride + i] : 0));
        }

        return (shape, pixels);
    }
}
