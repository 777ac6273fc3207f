namespace Weft.Training.Tests;

public sealed class PictureCacheTests : IDisposable
{
    private const int Length = 37;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_was_written_is_read_whatever_the_number_of_threads(int threads)
    {
        var path = _folder.In("x.weftpix");
        PictureCache.Write(path, 100, Length, threads, Draw, TestContext.Current.CancellationToken);
        using var cache = PictureCache.TryOpen(path, 100, Length)!;
        var expected = new byte[Length];
        for (var i = 99; i >= 0; i--)
        {
            Draw(i, expected);
            Assert.Equal(expected, cache.Image(i));
            Assert.Equal(expected, cache.Pixels(i));
        }

        Assert.Equal(0, cache.ResidentBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Image(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Image(-1));
    }

    [Fact]
    public void A_file_of_another_size_or_none_is_no_cache()
    {
        var path = Written();
        Assert.Null(PictureCache.TryOpen(path, 9, Length));
        Assert.Null(PictureCache.TryOpen(path, 10, Length - 1));
        Assert.Null(PictureCache.TryOpen(_folder.In("none"), 10, Length));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.Null(PictureCache.TryOpen(path, 10, Length));
    }

    [Fact]
    public void Every_byte_that_changed_is_noticed_before_a_pixel_is_used()
    {
        var path = Written();
        var sound = File.ReadAllBytes(path);
        for (var at = 0; at < sound.Length; at++)
        {
            var bytes = sound.ToArray();
            bytes[at] ^= 4;
            File.WriteAllBytes(path, bytes);
            using var cache = PictureCache.TryOpen(path, 10, Length);
            if (cache is null)
                continue; // the header says that it is none
            var error = Assert.Throws<WeftException>(() =>
            {
                for (var i = 0; i < 10; i++)
                    cache.Image(i);
            });
            Assert.Equal(ErrorKind.DatasetDamaged, error.Kind);
        }
    }

    [Fact]
    public void A_picture_that_cannot_be_drawn_leaves_no_file()
    {
        var path = _folder.In("x.weftpix");
        Assert.ThrowsAny<Exception>(() => PictureCache.Write(
            path, 10, Length, 2, (i, pixels) => throw new InvalidDataException(), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private string Written()
    {
        var path = _folder.In("x.weftpix");
        PictureCache.Write(path, 10, Length, 1, Draw, TestContext.Current.CancellationToken);
        return path;
    }

    private static void Draw(int index, Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(index * 7 + i * i);
    }
}
