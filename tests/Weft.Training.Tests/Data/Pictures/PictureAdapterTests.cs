using SkiaSharp;

namespace Weft.Training.Tests;

/// <summary>Pictures of any kind for a network that was trained on bright things on black.</summary>
public sealed class PictureAdapterTests
{
    private static readonly PictureInput Clothes = new(null, new FeatureShape(28, 28, 1));

    // A tall rectangle, with a notch at its top, off the middle.
    private static readonly SKRectI Thing = new(20, 30, 50, 90);

    [Theory]
    [InlineData("white ground", "#FFFFFF", "#303030", true)]
    [InlineData("grey ground", "#C8C8C8", "#101010", true)]
    [InlineData("black ground", "#000000", "#D0D0D0", false)]
    [InlineData("coloured thing", "#F0F0F0", "#A02030", true)]
    [InlineData("black on nothing", "#00000000", "#000000", true)]
    [InlineData("white on nothing", "#00000000", "#FFFFFF", false)]
    public void A_thing_is_bright_on_black_as_large_as_the_image_and_in_the_middle(string what, string ground, string thing, bool isInverted)
    {
        foreach (var format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp })
        {
            if (format == SKEncodedImageFormat.Jpeg && ground.Length > 7)
                continue; // has no transparency
            var picture = Read(Draw(120, 160, SKColor.Parse(ground), SKColor.Parse(thing), format), Clothes);
            Assert.True(picture.IsAdapted, what);
            Assert.Equal(isInverted, picture.Changes.HasFlag(PictureChanges.GroundInverted));
            Assert.True(Pixel(picture, 14, 14) > 200, $"{what}: {Pixel(picture, 14, 14)} in the middle");
            Assert.True(Pixel(picture, 27, 14) > 150, $"{what}: {Pixel(picture, 27, 14)} at the lower end");
            Assert.True(Pixel(picture, 14, 1) < 20 && Pixel(picture, 14, 26) < 20, $"{what}: the sides are not dark");
            Assert.True(Pixel(picture, 1, 14) < 60, $"{what}: the notch is not dark"); // no upside-down, no mirror
        }
    }

    [Fact]
    public void Uneven_light_and_specks_are_no_things()
    {
        using var bitmap = new SKBitmap(200, 200);
        for (var y = 0; y < 200; y++)
            for (var x = 0; x < 200; x++)
                bitmap.SetPixel(x, y, Grey(Thing.Contains(x, y) ? 40 : x is > 150 and < 154 && y is > 150 and < 154 ? 60 : 150 + x / 4 + y / 4));
        var picture = Read(Encode(bitmap, SKEncodedImageFormat.Png), Clothes);
        Assert.True(Pixel(picture, 14, 14) > 200);
        Assert.True(Pixel(picture, 27, 14) > 150, "the speck made the box larger");
        Assert.All(Enumerable.Range(0, 28), y => Assert.True(Pixel(picture, y, 1) < 20 && Pixel(picture, y, 26) < 20, "light was taken for the thing"));
    }

    [Fact]
    public void Digits_are_as_MNIST_has_them()
    {
        var picture = Read(Draw(120, 160, SKColors.White, SKColors.Black, SKEncodedImageFormat.Png), Clothes with { IsWriting = true });
        int[] rows = [.. Enumerable.Range(0, 28).Where(y => Enumerable.Range(0, 28).Any(x => Pixel(picture, y, x) > 60))];
        Assert.Equal(20, rows.Length);
        var sum = picture.Pixels.Sum(value => (double)value);
        Assert.Equal(14, picture.Pixels.Index().Sum(pixel => pixel.Item * (pixel.Index / 28 + 0.5)) / sum, 0.51);
    }

    [Fact]
    public void Pictures_of_the_right_size_and_whoever_asks_for_it_get_pictures_as_they_are()
    {
        using var small = new SKBitmap(28, 28);
        small.Erase(SKColors.White);
        small.SetPixel(3, 3, SKColors.Black);
        var plain = Read(Encode(small, SKEncodedImageFormat.Png), Clothes);
        Assert.False(plain.IsAdapted);
        Assert.Equal((255, 0), (Pixel(plain, 0, 0), Pixel(plain, 3, 3)));

        var drawn = Draw(120, 160, SKColors.White, SKColors.Black, SKEncodedImageFormat.Png);
        foreach (var input in new[] { Clothes with { AsIs = true }, Clothes with { Invert = true } })
        {
            var before = Assert.Single(PictureFile.Read(new MemoryStream(drawn), "x", Clothes.Target, input.Invert));
            Assert.Equal(before.Pixels, Read(drawn, input).Pixels);
        }

        var jpeg = Read(Draw(120, 160, SKColors.White, SKColors.Black, SKEncodedImageFormat.Jpeg), Clothes with { AsIs = true });
        Assert.False(jpeg.IsAdapted);
        Assert.Equal((255, 0), (Pixel(jpeg, 2, 14), Pixel(jpeg, 14, 1))); // padded with black on both sides
    }

    [Fact]
    public void Where_nothing_is_to_be_seen_the_picture_is_as_it_is()
    {
        using var plain = new SKBitmap(60, 60);
        plain.Erase(SKColors.White);
        var picture = Read(Encode(plain, SKEncodedImageFormat.Png), Clothes);
        Assert.False(picture.IsAdapted);
        Assert.All(picture.Pixels, value => Assert.Equal(255, value));
        Assert.Throws<WeftException>(() => Read([0xFF, 0xD8, 0xFF, 0xE0], Clothes));
    }

    private static SKColor Grey(int level) => new((byte)level, (byte)level, (byte)level);

    private static int Pixel(FittedPicture picture, int y, int x) => picture.Pixels[y * 28 + x];

    private static FittedPicture Read(byte[] file, PictureInput input) => Assert.Single(PictureFile.ReadAhead(new MemoryStream(file), "x", input));

    private static byte[] Draw(int width, int height, SKColor ground, SKColor thing, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(ground);
        for (var y = Thing.Top; y < Thing.Bottom; y++)
            for (var x = Thing.Left; x < Thing.Right; x++)
            {
                if (y > Thing.Top + 8 || Math.Abs(x - 35) > 4)
                    bitmap.SetPixel(x, y, thing);
            }

        return Encode(bitmap, format);
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }
}
