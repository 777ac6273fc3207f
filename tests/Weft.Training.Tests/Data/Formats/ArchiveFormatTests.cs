using System.Formats.Tar;
using System.IO.Compression;
using Weft.Tests.Shared;

namespace Weft.Training.Tests;

public sealed class ArchiveFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("photos.zip", "")]
    [InlineData("photos.tar", "")]
    [InlineData("photos.tar.gz", "outer/")]
    [InlineData("photos.TGZ", "./")]
    [InlineData("photos.zip", "outer/")]
    public void An_archive_is_the_folder_that_it_holds(string name, string outer)
    {
        string[] paths = ["train/a/1.png", "train/b/2.png", "train/b/deep/3.png", "test/a/4.png", "train/b/notes.txt", "__MACOSX/x.png"];
        for (var i = 0; i < paths.Length; i++)
            PictureBytes.Write(_folder.In("tree", paths[i]), seed: i);
        Write(name, [.. paths.Select((path, i) => (outer + path, PictureBytes.Png(i)))]);
        var (tree, archive) = (Open(_folder.In("tree")), Open(_folder.In(name)));
        Assert.Equal("photos", archive.Name);
        Assert.Equal(tree.Fingerprint, archive.Fingerprint);
        Assert.Equal(tree.Paths!, archive.Paths!);
        Assert.Equal(tree.Train.Labels.ToArray(), archive.Train.Labels.ToArray());
        for (var i = 0; i < tree.Train.Count; i++)
            Assert.Equal(tree.Train.Image(i), archive.Train.Image(i));
        Assert.Equal(tree.LoadTest().Image(0), archive.LoadTest().Image(0));
        Assert.Equal(archive.Fingerprint, Open(_folder.In(name)).Fingerprint);
    }

    [Theory]
    [InlineData("../a/1.png", "a name that leads out of it")]
    [InlineData("a/../../1.png", "a name that leads out of it")]
    [InlineData("/etc/a/1.png", "a name that leads out of it")]
    [InlineData("C:\\a\\1.png", "a name that leads out of it")]
    public void Names_that_lead_out_are_refused(string path, string found)
    {
        foreach (var archive in new[] { "x.zip", "x.tar", "x.tar.gz" })
        {
            Write(archive, [("b/2.png", PictureBytes.Png(2)), (path, PictureBytes.Png(1))]);
            Assert.Equal(found, Refused(archive, "has an entry that is never read").Found);
        }
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    public void Links_and_devices_are_refused(TarEntryType type)
    {
        using (var writer = new TarWriter(File.Create(_folder.In("x.tar"))))
        {
            var entry = new PaxTarEntry(type, "a/1.png");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                entry.LinkName = "/etc/passwd";
            writer.WriteEntry(entry);
        }

        Assert.Equal($"a link or a device ({type})", Refused("x.tar", "has an entry that is never read").Found);
        using (var zip = ZipFile.Open(_folder.In("x.zip"), ZipArchiveMode.Create))
            zip.CreateEntry("a/1.png").ExternalAttributes = unchecked((int)0xA1FF_0000);
        Assert.Equal("a link or a device", Refused("x.zip", "has an entry that is never read").Found);
    }

    [Fact]
    public void An_archive_that_unpacks_to_far_more_than_it_is_is_refused()
    {
        using (var zip = ZipFile.Open(_folder.In("x.zip"), ZipArchiveMode.Create))
            zip.CreateEntry("a/1.png");
        var bytes = File.ReadAllBytes(_folder.In("x.zip"));
        var directory = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BitConverter.TryWriteBytes(bytes.AsSpan(directory + 24), 0x7000_0000); // what it says it unpacks to
        File.WriteAllBytes(_folder.In("x.zip"), bytes);
        Refused("x.zip", "would unpack to far more than it is");
    }

    [Fact]
    public void Damage_is_found_before_a_picture_is_believed()
    {
        for (var i = 0; i < 4; i++)
            PictureBytes.Write(_folder.In("tree", i % 2 == 0 ? "a" : "b", $"{i}.png"), seed: i);
        ZipFile.CreateFromDirectory(_folder.In("tree"), _folder.In("x.zip"), CompressionLevel.NoCompression, includeBaseDirectory: false);
        var bytes = File.ReadAllBytes(_folder.In("x.zip"));
        bytes[200] ^= 1;
        File.WriteAllBytes(_folder.In("y.zip"), bytes);
        var error = Assert.Throws<WeftException>(() => Open(_folder.In("y.zip")));
        Assert.Equal(("1 of 4 pictures cannot be read", "it does not match its checksum"), (error.What, error.Found));
        File.WriteAllBytes(_folder.In("x.zip"), bytes[..^10]);
        Refused("x.zip", "is not a zip file");
        Write("x.tar.gz", [("a/1.png", PictureBytes.Png(1)), ("b/2.png", PictureBytes.Png(2))]);
        var packed = File.ReadAllBytes(_folder.In("x.tar.gz"));
        File.WriteAllBytes(_folder.In("x.tar.gz"), packed[..^20]);
        Refused("x.tar.gz", "is incomplete");
        File.WriteAllText(_folder.In("x.tar"), "<html></html>" + new string(' ', 1000));
        Refused("x.tar", "is not a tar file");
    }

    /// <summary>Fuzzing found it: the memory was taken before a byte was unpacked.</summary>
    [Fact]
    public void An_entry_that_claims_more_than_deflate_can_pack_takes_no_memory()
    {
        var bytes = NpzFormatTests.Npz(("a/1.png", [1, 2, 3]));
        foreach (var header in Containers.ZipHeaders(bytes).Where(at => bytes[at + 2] is 1 or 3))
            BitConverter.TryWriteBytes(bytes.AsSpan(header + (bytes[header + 2] == 1 ? 24 : 22)), 500_000_000);
        File.WriteAllBytes(_folder.In("x.zip"), bytes);
        var picture = Assert.Single(ArchiveFormat.Zip(new DataFile(_folder.In("x.zip"), new Advice("-")))).Content;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("500,000,000", Assert.Throws<IOException>(picture.Read).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        Write("x.tar.gz", [("a/1.png", PictureBytes.Png(1)), ("b/2.png", PictureBytes.Png(2))]);
        File.WriteAllText(_folder.In("cache"), "a file where the folder would be");
        var error = Assert.Throws<WeftException>(() => Open(_folder.In("x.tar.gz")));
        Assert.Equal((ErrorKind.IoError, "an unpacked archive cannot be kept"), (error.Kind, error.What));
    }

    [Fact]
    public void An_archive_without_folders_of_pictures_says_what_it_holds()
    {
        Write("x.zip", [("notes.txt", [1]), ("deep/table.csv", [1])]);
        var error = Assert.Throws<WeftException>(() => Open(_folder.In("x.zip")));
        Assert.Equal(
            (ErrorKind.InvalidInput, "x.zip holds no folders of pictures", "notes.txt, deep/table.csv"), (error.Kind, error.What, error.Found));
    }

    private ImageDataset Open(string path) => ImageDataset.Open(
        path, new DataOptions { CacheFolder = _folder.In("cache"), Threads = 3, Picture = new PictureOptions { Side = 16 } },
        TestContext.Current.CancellationToken);

    private WeftException Refused(string name, string what)
    {
        var error = Assert.Throws<WeftException>(() => Open(_folder.In(name)));
        Assert.Equal((ErrorKind.DatasetDamaged, $"{name} {what}"), (error.Kind, error.What));
        Assert.All([error.Where, error.Expected, error.Found, error.Safe], part => Assert.False(string.IsNullOrWhiteSpace(part)));
        return error;
    }

    private void Write(string name, (string Path, byte[] Content)[] files)
    {
        using var file = File.Create(_folder.In(name));
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create);
            foreach (var (path, content) in files)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(content);
            }

            return;
        }

        using Stream target = name.EndsWith(".tar", StringComparison.Ordinal) ? file : new GZipStream(file, CompressionLevel.Fastest);
        using var tar = new TarWriter(target);
        foreach (var (path, content) in files)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
    }
}
