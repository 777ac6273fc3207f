using System.Diagnostics;

namespace Weft.Pictures.Tests;

/// <summary>Resized pictures are those of Pillow and of the definition, byte for byte.</summary>
public class ScalingTests
{
    private static readonly byte[] File = Fixture.Bytes("png-rgb-8.png"); // 131 × 87

    [Fact]
    public void Resized_pictures_are_those_of_Pillow() => Assert.All(Fixture.Expected.Resizes, expected =>
    {
        var target = new byte[expected.Width * expected.Height * expected.Channels];
        PictureScaling.Resize(Fixture.Decode(File, expected.Channels), 131, 87, expected.Channels, target, expected.Width, expected.Height, expected.Filter);
        Assert.Equal(expected.Sha256, Fixture.Hash(target));
    });

    [Fact]
    public void Fitted_pictures_are_those_of_Pillow_and_torchvision() =>
        Assert.All(Fixture.Expected.Fittings, expected => Assert.Equal(expected.Sha256, Fixture.Hash(Fixture.Read(File, expected.Policy))));

    [Fact]
    public void Pictures_that_are_decoded_smaller_are_those_of_Pillow_after_draft() => Assert.All(Fixture.Expected.Scaled, expected =>
    {
        var policy = new PicturePolicy(expected.Side, expected.Side, 3) { Fitting = PictureFitting.Squash, DecodeScale = true };
        Assert.Equal(expected.Sha256, Fixture.Hash(Fixture.Read(Fixture.Bytes("jpeg-420.jpg"), policy)));
    });

    [Fact]
    public void A_picture_that_would_be_less_than_twice_as_large_is_decoded_whole()
    {
        var policy = new PicturePolicy(23, 23, 3) { Fitting = PictureFitting.Squash }; // a half has 44 rows
        var file = Fixture.Bytes("jpeg-420.jpg");
        Assert.Equal(Fixture.Read(file, policy), Fixture.Read(file, policy with { DecodeScale = true }));
        policy = policy with { Height = 22 };
        Assert.NotEqual(Fixture.Read(file, policy), Fixture.Read(file, policy with { DecodeScale = true }));
    }

    [Fact]
    public void Resized_pictures_are_those_of_the_definition()
    {
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var (width, height, channels) = (random.Next(1, 60), random.Next(1, 60), i % 2 == 0 ? 3 : 1);
            var (targetWidth, targetHeight, filter) = (random.Next(1, 50), random.Next(1, 50), (ResizeFilter)(i / 2 % 2));
            var (source, target) = (new byte[width * height * channels], new byte[targetWidth * targetHeight * channels]);
            random.NextBytes(source);
            PictureScaling.Resize(source, width, height, channels, target, targetWidth, targetHeight, filter);
            Assert.Equal(ResizeReference.Resize(source, width, height, channels, targetWidth, targetHeight, filter), target);
        }
    }

    /// <summary>A picture that is as large as it is to be stays as it is, with every filter.</summary>
    [Theory, InlineData(ResizeFilter.Bilinear), InlineData(ResizeFilter.Bicubic), InlineData(ResizeFilter.Lanczos)]
    public void The_same_size_changes_nothing(ResizeFilter filter)
    {
        var (source, target) = (Fixture.Decode(File), new byte[131 * 87 * 3]);
        PictureScaling.Resize(source, 131, 87, 3, target, 131, 87, filter);
        Assert.Equal(source, target);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_crop_is_the_middle_of_the_resized_picture(int channels)
    {
        // The short side of 87 goes to ⌊40 / 0.8⌋ = 50, so the long one to ⌊50 · 131 / 87⌋ = 75; 17.5 columns are cut on the left, rounded to even.
        var resized = new byte[75 * 50 * channels];
        PictureScaling.Resize(Fixture.Decode(File, channels), 131, 87, channels, resized, 75, 50, ResizeFilter.Bicubic);
        var crop = Fixture.Read(File, new(40, 40, channels) { CropShare = 0.8, Filter = ResizeFilter.Bicubic });
        for (var y = 0; y < 40; y++)
            Assert.Equal(resized.AsSpan(((y + 5) * 75 + 18) * channels, 40 * channels), crop.AsSpan(y * 40 * channels, 40 * channels));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_crop_of_the_same_size_is_the_middle_of_the_picture(int channels)
    {
        var (whole, crop) = (Fixture.Decode(File, channels), Fixture.Read(File, new(87, 87, channels) { CropShare = 1 }, out var remarks));
        Assert.Equal(PictureRemarks.Cropped, remarks & ~PictureRemarks.ColorToGrey);
        for (var y = 0; y < 87; y++)
            Assert.Equal(whole.AsSpan((y * 131 + 22) * channels, 87 * channels), crop.AsSpan(y * 87 * channels, 87 * channels));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Padding_is_background_above_and_below(int channels)
    {
        // 131 × 87 goes to 40 × 27 and lies 6.5 rows from the top, rounded to even.
        var resized = new byte[40 * 27 * channels];
        PictureScaling.Resize(Fixture.Decode(File, channels), 131, 87, channels, resized, 40, 27, ResizeFilter.Bilinear);
        var pad = Fixture.Read(File, new(40, 40, channels) { Fitting = PictureFitting.Pad, Background = 0x20_20_20 });
        Assert.Equal(resized, pad.AsSpan(6 * 40 * channels, resized.Length));
        Assert.All(pad[..(6 * 40 * channels)], value => Assert.Equal(0x20, value));
        Assert.All(pad[(33 * 40 * channels)..], value => Assert.Equal(0x20, value));
    }

    /// <summary>Every picture again on processors with other vectors: 128 bits, and none at all.</summary>
    [Theory, InlineData("DOTNET_EnableAVX2"), InlineData("DOTNET_EnableHWIntrinsic")]
    public void Other_vectors_give_the_same_bytes(string without)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-noColor", "-method", "*_are_those_of_*"])
        {
            Environment = { [without] = "0" }, RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Failed: 0", output);
        Assert.DoesNotContain("Total: 0,", output);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        var pixels = new byte[12];
        Assert.Throws<ArgumentException>(() => PictureScaling.Resize(pixels, 2, 2, 3, new byte[11], 2, 2, ResizeFilter.Bilinear));
        Assert.Throws<ArgumentException>(() => PictureScaling.Resize(pixels, 3, 2, 3, new byte[12], 2, 2, ResizeFilter.Bilinear));
        Assert.Throws<ArgumentException>(() => PictureScaling.Resize(pixels, 2, 2, 3, [], 0, 2, ResizeFilter.Bilinear));
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureScaling.Resize(pixels, 3, 2, 2, new byte[12], 3, 2, ResizeFilter.Bilinear));
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureScaling.Resize(pixels, 2, 2, 3, new byte[12], 2, 2, (ResizeFilter)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fixture.Read(File, new(8, 8, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fixture.Read(File, new(8, 8, 3) { CropShare = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fixture.Read(File, new(8, 8, 3) { Background = -1 }));
        Assert.Throws<ArgumentException>(() => PictureReader.Read(File, new(8, 8, 3), new byte[8 * 8]));
    }
}
