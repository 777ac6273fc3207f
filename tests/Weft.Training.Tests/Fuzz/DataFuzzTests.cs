using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Weft.Pictures;
using Weft.Tests.Shared;

namespace Weft.Training.Tests;

/// <summary>
/// Every reader of a data set, against files that are wrong in some way: it gives pictures or one of our errors, takes little memory and writes nothing. The
/// long form: <c>dotnet run eng/fuzz.cs -- readers</c>.
/// </summary>
[Trait("Fuzz", "reader")]
public sealed class DataFuzzTests : IDisposable
{
    private const string Csv = "path,label,split,group\na/1.png,\"a \"\"b\"\"\",train,x\nb;2.png,c,test,\n";
    private static readonly Fuzzer Fuzzer = new(failure => (failure as WeftException)?.Kind.ToString());
    private static readonly Advice Remedy = new("-");
    private static readonly byte[] Images = NpzFormatTests.Npy("|u1", "(2, 2, 2)", new byte[8]);
    private static readonly byte[] Labels = NpzFormatTests.Npy("<i2", "(2, 1)", [0, 0, 1, 0]);

    private readonly TemporaryFolder _folder = new();
    private readonly DataFile _file;

    public DataFuzzTests() => _file = new DataFile(_folder.In("fuzzed"), Remedy);

    public void Dispose()
    {
        // Nothing else was written, an unpacked archive least of all.
        Assert.All(Directory.EnumerateFileSystemEntries(_folder.Path), path => Assert.StartsWith("fuzzed", Path.GetFileName(path)));
        _folder.Dispose();
    }

    [Fact]
    public void Idx_files()
    {
        byte[] right = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. Enumerable.Range(0, 24).Select(i => (byte)i)];
        void Read(byte[] bytes) => IdxFile.Read(new MemoryStream(bytes), "here", new IdxExpectation(IdxContent.Images));
        Fuzzer.Read(new("idx", right), Read);
        Fuzzer.Read(new("idx-gz", Containers.Gzip(right)) { Repair = Containers.WithGzipTrailer }, Read);
        Fuzzer.Read(new("idx-in-gz", right) { Wrap = Containers.Gzip }, Read);
        void ReadLabels(byte[] bytes, IdxContent content) =>
            IdxClasses.Of(IdxFile.Read(new MemoryStream(bytes), "here", new IdxExpectation(content)), "here", Remedy);
        Fuzzer.Read(new("idx-labels", IdxBytes.Labels(9)), bytes => ReadLabels(bytes, IdxContent.Labels));
        Fuzzer.Read(new("idx-label-rows", [0, 0, 12, 2, 0, 0, 0, 2, 0, 0, 0, 8, .. new byte[35], 1, .. new byte[28]]) { Wrap = Containers.Gzip },
            bytes => ReadLabels(bytes, IdxContent.LabelRows));
    }

    [Fact]
    public void Cifar_files()
    {
        foreach (var isHundred in new[] { false, true })
        {
            var right = CifarFormatTests.Records(2, i => isHundred ? [(byte)i, (byte)i] : [(byte)i]);
            Fuzzer.Read(new(isHundred ? "cifar-100" : "cifar-10", right) { Usual = 300 }, bytes =>
                CifarFormat.Parse([_file], [bytes], isHundred).ToDataset("here", "here", null, () => throw new InvalidOperationException()));
        }
    }

    [Fact]
    public void Manifests()
    {
        const string Json = """
            {"file_name": "a.png", "label": 1, "split": "train"}
            {"file_name": "b.png", "label": "two", "objects": {"x": [1, 2]}}
            """;
        Fuzzer.ReadText("csv", Csv, text => Manifest.Parse(Encoding.UTF8.GetBytes(text), "/here/a.csv"));
        Fuzzer.ReadText("jsonl", Json, text => Manifest.Parse(Encoding.UTF8.GetBytes(text), "/here/a.jsonl"));
        Fuzzer.Read(new("csv-bytes", Encoding.UTF8.GetBytes(Csv)) { Usual = 300 }, bytes => Manifest.Parse(bytes, "/here/a.csv"));
        Fuzzer.Read(new("jsonl-bytes", Encoding.UTF8.GetBytes(Json)) { Usual = 300 }, bytes => Manifest.Parse(bytes, "/here/a.jsonl"));
    }

    /// <summary>The file, what is in it while the file is whole, and an array by itself.</summary>
    [Fact]
    public void Numpy_archives()
    {
        void Read(byte[] bytes) => NpzFormat.Read(new MemoryStream(bytes), _file, "train", isRequired: false);
        Fuzzer.Read(new("npz", NpzFormatTests.Npz(("train_images.npy", Images), ("train_labels.npy", Labels)))
        {
            Pieces = Containers.ZipHeaders, Repair = Containers.WithZipChecksums,
        }, Read);
        Fuzzer.Read(new("npy-images-in-npz", Images)
        {
            Wrap = array => NpzFormatTests.Npz(("train_images.npy", array), ("train_labels.npy", Labels)), Usual = 300,
        }, Read);
        Fuzzer.Read(new("npy-labels-in-npz", Labels)
        {
            Wrap = array => NpzFormatTests.Npz(("x_train.npy", Images), ("y_train.npy", array)), Usual = 300,
        }, Read);
        Fuzzer.Read(new("npy", Images, Labels), bytes => Naming<FormatException>(() => NpyArray.Parse(bytes).ToLabels()));
    }

    [Fact]
    public void Zip_files() => Fuzzer.Read(new("zip", NpzFormatTests.Npz(("a/1.png", [1, 2, 3]), ("b/2.png", [4])), Deflated())
    {
        Pieces = Containers.ZipHeaders, Repair = Containers.WithZipChecksums,
    }, bytes => List(bytes, () => ArchiveFormat.Zip(_file)));

    [Fact]
    public void Tar_files()
    {
        byte[][] right = [Tar(TarEntryFormat.Pax), Tar(TarEntryFormat.Gnu), Tar(TarEntryFormat.Ustar)];
        var format = new FuzzedFormat("tar", right) { Pieces = Containers.TarBlocks, Repair = Containers.WithTarChecksums };
        Fuzzer.Read(format, bytes => List(bytes, () => ArchiveFormat.Tar(_file, _file.Path)));
    }

    /// <summary>What is unpacked is kept only where the whole of it is sound, and then it is a tar file again.</summary>
    [Fact]
    public void Tar_gz_files()
    {
        var packed = new DataFile(_folder.In("fuzzed.tar.gz"), Remedy);
        var cache = _folder.In("fuzzed-cache");
        void Read(byte[] bytes)
        {
            File.WriteAllBytes(packed.Path, bytes);
            try
            {
                new ArchiveFormat().Index(packed.Path, new DataOptions { CacheFolder = cache });
            }
            finally
            {
                foreach (var kept in Directory.Exists(cache) ? Directory.GetFiles(cache, "*", SearchOption.AllDirectories) : [])
                {
                    Assert.EndsWith(".tar", kept);
                    File.Delete(kept);
                }
            }
        }

        Fuzzer.Read(new("tar-gz", Containers.Gzip(Tar(TarEntryFormat.Pax))) { Repair = Containers.WithGzipTrailer, Usual = 300 }, Read);
        Fuzzer.Read(new("tar-in-gz", Tar(TarEntryFormat.Ustar), Tar(TarEntryFormat.Gnu))
        {
            Pieces = Containers.TarBlocks, Repair = Containers.WithTarChecksums, Wrap = Containers.Gzip, Usual = 300,
        }, Read);
    }

    /// <summary>A cache is none, is refused, or has the pixels that were written.</summary>
    [Fact]
    public void Picture_caches()
    {
        const int Count = 5, Length = 37;
        PictureCache.Write(_file.Path, Count, Length, 1, (i, pixels) => pixels.Fill((byte)(i + 1)), TestContext.Current.CancellationToken);
        Fuzzer.Read(new("weftpix", File.ReadAllBytes(_file.Path)), bytes =>
        {
            File.WriteAllBytes(_file.Path, bytes);
            using var cache = PictureCache.TryOpen(_file.Path, Count, Length) ?? throw new WeftException(ErrorKind.DatasetMissing, "no cache");
            for (var i = 0; i < Count; i++)
                Assert.DoesNotContain(cache.Image(i).ToArray(), value => value != i + 1);
        });
    }

    [Fact]
    public void Memories_of_scans() => Fuzzer.ReadText(
        "scan", """{"a\n1\n2": {"sha256": "SHA", "width": 3, "height": 4, "orientation": 6, "format": "Jpeg"}, "b\n1\n2": {"sha256": "SHA", "width": 1}}"""
            .Replace("SHA", new string('a', 64), StringComparison.Ordinal), text =>
        {
            File.WriteAllText(_file.Path, text);
            if (PictureScan.Read(_file.Path).Count == 0)
                throw new WeftException(ErrorKind.DatasetMissing, "no memory");
        });

    /// <summary>What <c>predict</c> reads for a network that was trained on small grey pictures.</summary>
    [Fact]
    public void Small_pictures()
    {
        int[] Pixel(int x, int y, int count, int depth) => [.. Enumerable.Range(0, count).Select(i => (x * 31 + y * 17 + i) & ((1 << depth) - 1))];
        var target = new FeatureShape(28, 28, 1);
        void Read(byte[] bytes)
        {
            foreach (var picture in PictureFile.Read(new MemoryStream(bytes), "x", target, invert: bytes.Length % 2 == 0))
                Assert.Equal(target.Length, picture.Pixels.Length);
        }

        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8];
        Fuzzer.Read(new(
            "small-png",
            new PngBytes(9, 7).Of((x, y) => Pixel(x, y, 1, 8)),
            (new PngBytes(9, 7, 4, 3) { Palette = new byte[48], Transparency = [0, 9], Interlaced = true }).Of((x, y) => Pixel(x, y, 1, 4)),
            new PngBytes(5, 5, 16, 6).Of((x, y) => Pixel(x, y, 4, 16)),
            (new PngBytes(5, 5, 8, 2) { Transparency = [0, 1, 0, 2, 0, 3], Extra = ("eXIf", [.. "MM\0*\0\0\0\b\0\u0001"u8]) })
                .Of((x, y) => Pixel(x, y, 3, 8)))
        {
            Pieces = Containers.PngChunks, Repair = Containers.WithPngChecksums, Usual = 6_000, MostBytes = 8 << 20,
        }, Read);
        byte[] text = [.. "P2\n# text\n4 2\n15\n1 2 3 4\n5 6 7 8\n"u8], binary = [.. "P5\n4 2\n255\n12345678P6 1 1 65535 abcdef"u8];
        Fuzzer.Read(new("small-others", text, binary, idx, Containers.Gzip(idx)) { Usual = 6_000, MostBytes = 8 << 20 }, Read);
    }

    private void List(byte[] bytes, Func<List<TreeFile>> list)
    {
        File.WriteAllBytes(_file.Path, bytes);
        foreach (var entry in list())
            Naming<IOException>(() => entry.Content.Read());
    }

    // An error that its caller names.
    private static void Naming<TError>(Action read) where TError : Exception
    {
        try
        {
            read();
        }
        catch (TError named)
        {
            throw new WeftException(ErrorKind.DatasetDamaged, named.Message);
        }
    }

    private static byte[] Tar(TarEntryFormat format)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            foreach (var name in new[] { "a/1.png", "b/" + new string('n', format == TarEntryFormat.Ustar ? 60 : 120) + ".png" })
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream([1, 2, 3]);
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    private static byte[] Deflated()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in new[] { "a/é.png", "b/2.png" })
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                entry.Write(new byte[700]);
            }
        }

        return stream.ToArray();
    }
}
