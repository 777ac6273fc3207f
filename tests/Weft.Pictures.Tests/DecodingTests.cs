using SkiaSharp;

namespace Weft.Pictures.Tests;

/// <summary>
/// Every kind of file gives the pixels that Pillow gives, with three exceptions that <c>expected.json</c> holds by definition: of 16-bit grey Pillow clips what
/// is above 255, five bits of a BMP it rounds down, and what a GIF does not cover of its canvas it paints with the first colour.
/// </summary>
public class DecodingTests
{
    public static TheoryData<string> Names => [.. Fixture.Expected.Files.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Pixels_are_those_of_Pillow(string name)
    {
        var (file, expected) = (Fixture.Bytes(name), Fixture.Expected.Files[name]);
        var header = PictureReader.Peek(file);
        Assert.Equal((expected.Width, expected.Height), (header.Width, header.Height));
        Assert.Equal(expected.Rgb, Fixture.Hash(Fixture.Decode(file)));
        Assert.Equal(expected.Grey, Fixture.Hash(Fixture.Decode(file, channels: 1)));
    }

    [Fact]
    public void All_eight_orientations_give_one_picture()
    {
        var upright = Fixture.Decode(Fixture.Bytes("exif-1.png"));
        Assert.All(Enumerable.Range(1, 8), orientation =>
        {
            var file = Fixture.Bytes($"exif-{orientation}.png");
            Assert.Equal(upright, Fixture.Decode(file, 3, out var remarks));
            Assert.Equal(orientation > 1, remarks.HasFlag(PictureRemarks.Turned));
            Assert.Equal(orientation, PictureReader.Peek(file).Orientation);
            Assert.Equal(orientation, PictureReader.Peek(Fixture.Bytes($"exif-{orientation}.jpg")).Orientation);
        });
    }

    /// <summary>The pixels are those of Pillow, which ignores profiles; that Skia sees another colour space here makes it a test.</summary>
    [Theory, InlineData("jpeg-display-p3.jpg"), InlineData("jpeg-wide.jpg"), InlineData("png-display-p3.png")]
    public void Values_are_not_converted_by_a_color_profile(string name)
    {
        var file = Fixture.Bytes(name);
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        Assert.False(codec.Info.ColorSpace.IsSrgb);
        Assert.True(PictureReader.Peek(file).HasColorProfile);
        Assert.Equal(Fixture.Expected.Files[name].Rgb, Fixture.Hash(Fixture.Decode(file)));
    }

    [Fact]
    public void Transparent_pixels_show_the_background_and_nothing_of_their_own_color()
    {
        var file = Fixture.Bytes("png-rgba-8.png");
        var policy = new PicturePolicy(87, 131, 3) { Fitting = PictureFitting.Squash, Background = 0x10_80_F0 };
        var pixels = Fixture.Read(file, policy, out var remarks);
        Assert.True(remarks.HasFlag(PictureRemarks.AlphaComposited));
        Assert.Equal([0x10, 0x80, 0xF0], pixels[^3..]); // the right quarter is fully transparent
        Assert.Equal(Fixture.Decode(Fixture.Bytes("png-rgb-8.png"))[..3], pixels[..3]); // the left one is opaque
        var grey = Fixture.Read(file, policy with { Channels = 1 });
        Assert.Equal((0x10 * 19_595 + 0x80 * 38_470 + 0xF0 * 7_471 + 0x8000) >> 16, grey[^1]);
    }

    [Theory]
    [InlineData("jpeg-420.jpg", 3, PictureRemarks.None)]
    [InlineData("jpeg-420.jpg", 1, PictureRemarks.ColorToGrey)]
    [InlineData("jpeg-grey.jpg", 3, PictureRemarks.GreyToColor)]
    [InlineData("jpeg-grey.jpg", 1, PictureRemarks.None)]
    [InlineData("jpeg-cmyk.jpg", 3, PictureRemarks.CmykConverted)]
    [InlineData("exif-6.jpg", 3, PictureRemarks.Turned)]
    [InlineData("exif-6.webp", 3, PictureRemarks.Turned)]
    [InlineData("png-grey-16.png", 1, PictureRemarks.DepthReduced)]
    [InlineData("png-grey-12-in-16.png", 1, PictureRemarks.DepthReduced | PictureRemarks.SmallRange)]
    [InlineData("png-rgba-16.png", 3, PictureRemarks.DepthReduced | PictureRemarks.AlphaComposited)]
    [InlineData("netpbm-16.ppm", 3, PictureRemarks.DepthReduced)]
    [InlineData("png-grey-1.png", 3, PictureRemarks.GreyToColor)]
    [InlineData("png-palette-opaque.png", 3, PictureRemarks.GreyToColor)]
    [InlineData("png-palette-4.png", 3, PictureRemarks.AlphaComposited)]
    [InlineData("bmp-grey.bmp", 3, PictureRemarks.GreyToColor)]
    [InlineData("bmp-32.bmp", 3, PictureRemarks.None)]
    [InlineData("gif-grey.gif", 3, PictureRemarks.GreyToColor)]
    [InlineData("gif-animated.gif", 3, PictureRemarks.FirstOfAnimation)]
    [InlineData("webp-animated.webp", 3, PictureRemarks.FirstOfAnimation)]
    public void What_was_done_is_said(string name, int channels, PictureRemarks expected)
    {
        Fixture.Decode(Fixture.Bytes(name), channels, out var remarks);
        Assert.Equal(expected, remarks);
    }

    [Theory]
    [InlineData(PictureFitting.Crop, 32, 32, PictureRemarks.Resized | PictureRemarks.Cropped)]
    [InlineData(PictureFitting.Squash, 32, 32, PictureRemarks.Resized)]
    [InlineData(PictureFitting.Pad, 32, 32, PictureRemarks.Resized | PictureRemarks.Padded)]
    [InlineData(PictureFitting.Pad, 87, 131, PictureRemarks.None)]
    [InlineData(PictureFitting.Pad, 90, 131, PictureRemarks.Padded)]
    public void What_the_fitting_did_is_said(PictureFitting fitting, int height, int width, PictureRemarks expected)
    {
        Fixture.Read(Fixture.Bytes("jpeg-420.jpg"), new(height, width, 3) { Fitting = fitting }, out var remarks);
        Assert.Equal(expected, remarks);
    }

    [Theory]
    [InlineData("jpeg-cmyk.jpg", 8, 1, false)]
    [InlineData("png-rgb-16.png", 16, 1, false)]
    [InlineData("png-palette-2.png", 2, 1, true)]
    [InlineData("webp-lossy-alpha.webp", 8, 1, true)]
    [InlineData("webp-lossless-alpha.webp", 8, 1, true)]
    [InlineData("webp-animated.webp", 8, 2, false)]
    [InlineData("gif-animated.gif", 8, 3, false)]
    [InlineData("gif-transparent.gif", 8, 1, true)]
    [InlineData("gif-large-canvas.gif", 8, 1, true)]
    [InlineData("bmp-4.bmp", 4, 1, false)]
    [InlineData("bmp-32-alpha.bmp", 8, 1, true)]
    public void Headers_are_read(string name, int bits, int frames, bool hasAlpha)
    {
        var header = PictureReader.Peek(Fixture.Bytes(name));
        Assert.Equal((bits, frames, hasAlpha, 0), (header.BitsPerChannel, header.FrameCount, header.HasAlpha, header.TrailingBytes));
    }

    /// <summary>No file may be whole by our own look at it and cut by another: each fixture is whole.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Whole_files_have_an_end_and_nothing_after_it(string name)
    {
        var header = PictureReader.Peek(Fixture.Bytes(name));
        Assert.Equal((false, 0), (header.IsCut, header.TrailingBytes));
    }

    [Fact]
    public void The_version_names_the_decoder_that_is_there() =>
        Assert.Contains($"SkiaSharp {typeof(SKCodec).Assembly.GetName().Version!.ToString(2)}.", PictureReader.Version);

    [Fact]
    public void Threads_give_the_same_bytes()
    {
        var files = Fixture.Expected.Files.Keys.Select(Fixture.Bytes).ToList();
        var policy = new PicturePolicy(20, 24, 3) { Filter = ResizeFilter.Lanczos };
        var alone = files.ConvertAll(file => Fixture.Read(file, policy));
        var threads = Enumerable.Range(0, 8).Select(first => new Thread(() =>
        {
            for (var i = 0; i < files.Count; i++)
            {
                var at = (i + first * 7) % files.Count;
                if (!alone[at].AsSpan().SequenceEqual(Fixture.Read(files[at], policy)))
                    alone[at] = [];
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.DoesNotContain(alone, pixels => pixels.Length == 0);
    }
}
