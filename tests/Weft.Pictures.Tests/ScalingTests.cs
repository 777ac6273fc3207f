namespace Weft.Pictures.Tests;

/// <summary>Resized pictures are those of Pillow, byte for byte.</summary>
public class ScalingTests
{
    [Fact]
    public void Resized_pictures_are_those_of_Pillow()
    {
        var file = Fixture.Bytes("png-rgb-8.png");
        var header = PictureReader.Peek(file);
        Assert.All(Fixture.Expected.Resizes, expected =>
        {
            var target = new byte[expected.Width * expected.Height * expected.Channels];
            PictureScaling.Resize(
                Fixture.Decode(file, expected.Channels), header.Width, header.Height, expected.Channels, target, expected.Width, expected.Height, expected.Filter);
            Assert.Equal(expected.Sha256, Fixture.Hash(target));
        });
    }

    [Fact]
    public void Fitted_pictures_are_those_of_Pillow_and_torchvision()
    {
        var file = Fixture.Bytes("png-rgb-8.png");
        Assert.All(Fixture.Expected.Fittings, expected => Assert.Equal(expected.Sha256, Fixture.Hash(Fixture.Read(file, expected.Policy))));
    }
}
