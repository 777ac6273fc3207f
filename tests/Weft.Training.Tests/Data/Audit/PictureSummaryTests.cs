namespace Weft.Training.Tests;

public sealed class PictureSummaryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_file_is_counted_before_any_is_left_out()
    {
        string In(string name) => _folder.In("photos", name);
        PictureBytes.Write(In("a/1.png"), seed: 1);
        PictureBytes.Write(In("a/2.png"), seed: 2, channels: 1);
        PictureBytes.Write(In("a/_3.png"), seed: 3, width: 120, height: 2);
        PictureBytes.Write(In("b/4.png"), seed: 4);
        PictureBytes.Write(In("b/copy of 1.png"), seed: 1); // a contradiction
        File.Copy(In("a/2.png"), In("a/copy of 2.png"));
        File.CreateSymbolicLink(In("a/link to 2.png"), In("a/2.png"));
        File.WriteAllBytes(In("b/5.png"), [.. PictureBytes.Png(5), .. new byte[1_500]]);
        File.WriteAllBytes(In("b/6.jpg"), PictureBytes.Png(6)[..10]);
        File.WriteAllText(In("b/7.jpg"), "<html>not found</html>");
        var options = new DataOptions { CacheFolder = _folder.In("cache"), Picture = new PictureOptions { SkipUnreadable = true, MaximumPixels = 1_000 } };
        for (var i = 10; i < 60; i++)
            PictureBytes.Write(In($"b/{i}.png"), seed: i);
        foreach (var _ in "12") // the second time what was seen is remembered
        {
            var found = ImageDataset.Open(_folder.In("photos"), options, TestContext.Current.CancellationToken).Summarize!();
            Assert.Equal((60, 1, 57, 2, 1), (found.Files, found.Links, found.Distinct, found.IdenticalGroups, found.Contradictions));
            Assert.Equal([new("a", 5), new("b", 55)], found.PerClass);
            Assert.Equal(["b/6.jpg", "b/7.jpg"], found.Unreadable.Select(picture => picture.Path));
            Assert.Equal([new("Png", 58)], found.Formats);
            Assert.Equal([new("grey", 3), new("longer than 50:1", 1), new("with more than 1 kB after its end", 1)], found.Properties);
        }
    }

    [Fact]
    public void What_matters_to_a_decoder_is_counted()
    {
        var scan = new[] { "Jpeg", "Jpeg", "Gif" }.Select((format, i) => new ScannedPicture($"{i}", 8, 8)
        {
            Format = format, Orientation = 1 + i * 4 % 8, HasColorProfile = i == 0, IsCmyk = i == 1, BitsPerChannel = 8 << i / 2, HasAlpha = i > 0,
            FrameCount = 1 + i / 2,
        }).ToArray();
        var index = new DatasetIndex("x", "", [.. scan.Select((_, i) => new IndexedPicture($"{i}", new FileContent("/nowhere"), "a"))]) { Folder = "/nowhere" };
        var found = PictureSummary.Of(index, scan);
        Assert.Equal([new("Jpeg", 2), new("Gif", 1)], found.Formats);
        Assert.Equal(
            [new("transparent", 2), new("turned by EXIF", 1), new("with a colour profile", 1), new("CMYK", 1), new("16 bits a channel", 1),
                new("of several frames", 1)], found.Properties);
    }
}
