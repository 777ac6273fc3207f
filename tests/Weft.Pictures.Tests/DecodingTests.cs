namespace Weft.Pictures.Tests;

/// <summary>Every kind of file gives the pixels that Pillow gives.</summary>
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
}
