namespace Weft.Pictures.Tests;

/// <summary>A file that was cut gives no picture, unless all of its pixels are there.</summary>
public class TruncationTests
{
    private const int Dense = 5_000;
    private const int Tail = 50;
    private static readonly string[] EachByte = ["exif-", "jpeg-420", "jpeg-progressive", "png-palette", "webp-l", "gif-animated", "ico-"];
    private static readonly PicturePolicy Tiny = new(12, 12, 3);

    public static TheoryData<string> Names => [.. Fixture.Expected.Files.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Each_piece_of_a_file_is_refused_or_has_all_pixels(string name)
    {
        var file = Fixture.Bytes(name);
        var whole = Fixture.Read(file, Tiny);
        var target = new byte[whole.Length];
        var step = file.Length <= Dense && EachByte.Any(name.StartsWith) ? 1 : file.Length / 100 + 1;
        for (var length = 0; length < file.Length; length += length < file.Length - Tail ? step : 1)
        {
            target.AsSpan().Fill(7);
            var fault = Record.Exception(() => { PictureReader.Read(file.AsSpan(0, length), Tiny, target); });
            if (fault is null)
                Assert.Equal(whole, target);
            else
            {
                Assert.Contains(Assert.IsType<PictureException>(fault).Fault, Cuts(length));
                Assert.DoesNotContain(target, value => value != 7);
            }
        }
    }

    /// <summary>Of these every pixel stands at the end of the file or before what may be missing: we take exactly the pieces that Pillow takes.</summary>
    [Theory, InlineData("exif-1.png"), InlineData("png-adam7-grey-1.png"), InlineData("jpeg-420.jpg"), InlineData("jpeg-progressive.jpg"),
     InlineData("webp-lossy.webp"), InlineData("netpbm-15.pgm")]
    public void The_shortest_piece_that_is_read_is_that_of_Pillow(string name)
    {
        var (file, shortest) = (Fixture.Bytes(name), Fixture.Expected.Files[name].Shortest);
        Fixture.Read(file.AsSpan(0, shortest), Tiny);
        Assert.Equal(PictureFault.Truncated, Assert.Throws<PictureException>(() => Fixture.Read(file.AsSpan(0, shortest - 1), Tiny)).Fault);
    }

    // The first bytes alone do not say what a file was to become; a run-length code that is cut looks wrong.
    private static PictureFault[] Cuts(int length) => length switch
    {
        0 => [PictureFault.Empty],
        < 4 => [PictureFault.Truncated, PictureFault.NotAPicture],
        _ => [PictureFault.Truncated, PictureFault.Damaged],
    };
}
