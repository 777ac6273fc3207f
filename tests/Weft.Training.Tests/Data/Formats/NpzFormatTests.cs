using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Weft.Training.Tests;

public sealed class NpzFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("|u1", 1)]
    [InlineData("<i8", 1)]
    [InlineData(">u2", 0)]
    public void Medmnist_has_three_parts(string type, int columns)
    {
        var shape = columns == 0 ? "({0},)" : "({0}, 1)";
        Write(
            ("train_images.npy", Npy("|u1", "(6, 4, 5, 3)", Values(360, 1))),
            ("train_labels.npy", Npy(type, string.Format(null, shape, 6), Labels(type, 0, 1, 2, 0, 1, 2))),
            ("val_images.npy", Npy("|u1", "(2, 4, 5, 3)", Values(120, 2))), ("val_labels.npy", Npy(type, string.Format(null, shape, 2), Labels(type, 2, 1))),
            ("test_images.npy", Npy("|u1", "(1, 4, 5, 3)", Values(60, 3))), ("test_labels.npy", Npy(type, string.Format(null, shape, 1), Labels(type, 2))));
        foreach (var place in new[] { _folder.In("some.npz"), _folder.Path })
        {
            var data = Open(place);
            Assert.Equal(("some", new FeatureShape(4, 5, 3), 8, 3), (data.Name, data.Shape, data.Train.Count, data.ClassCount));
            Assert.Equal([0, 1, 2, 0, 1, 2, 2, 1], data.Train.Labels.ToArray());
            Assert.Equal([6, 7], data.GivenValidation!);
            Assert.Equal(Values(360, 1)[300..], data.Train.Image(5));
            Assert.Equal(Values(120, 2)[60..], data.Train.Image(7));
            Assert.Equal([6, 7], TrainingData.Prepare(data, new DataConfiguration()).Split.Validation);
            Assert.False(data.TestIsLoaded);
            Assert.Equal(Values(60, 3), data.LoadTest().Image(0));
        }
    }

    [Fact]
    public void Keras_has_two_parts()
    {
        Write(
            ("x_train.npy", Npy("|u1", "(3, 2, 2)", Values(12, 1))), ("y_train.npy", Npy("|u1", "(3,)", [7, 1, 0])),
            ("x_test.npy", Npy("|u1", "(1, 2, 2)", Values(4, 2), version: 2)), ("y_test.npy", Npy("|u1", "(1,)", [7])));
        var data = Open(_folder.In("some.npz"));
        Assert.Equal((new FeatureShape(2, 2, 1), 8, null), (data.Shape, data.ClassCount, data.GivenValidation));
        Assert.Equal(7, data.LoadTest().Label(0));
    }

    [Theory]
    [InlineData("|O", "(3,)", "holds an array that is not read", "it holds Python objects, which can run programs when they are opened and are never read")]
    [InlineData("<f4", "(3,)", "holds an array that is not read", "it holds values of type <f4; whole numbers of 1 to 8 bytes are read")]
    [InlineData("|u1", "(3, 14)", "has several labels for each image, and one is what a network here learns", "[3, 14]")]
    [InlineData("|u1", "(2,)", "has images and labels that do not belong together", "2")]
    [InlineData("|i1", "(3,)", "has a label that is no class", "label 0 is negative or too large")]
    [InlineData("<u8", "(99999999999,)", "holds an array that is not read", "a size is none, or too large")]
    [InlineData("<u8", "(2000000000, 2000000000)", "holds an array that is not read",
        "[2000000000, 2000000000] of <u8 needs far more bytes, and there are 3")]
    public void Labels_that_are_none_are_told_why(string type, string shape, string what, string found)
    {
        var count = type is "|u1" ? shape switch { "(3, 14)" => 42, "(2,)" => 2, _ => 3 } : 3;
        Write(
            ("train_images.npy", Npy("|u1", "(3, 2, 2)", Values(12, 1))),
            ("train_labels.npy", Npy(type, shape, [.. Enumerable.Repeat((byte)0xFF, count)])));
        Refused(what, found);
    }

    [Fact]
    public void Files_that_are_no_arrays_are_told_why()
    {
        Write(("train_images.npy", Npy("|u1", "(3, 2, 2)", Values(12, 1))), ("other.npy", [1]));
        Refused("has no train part", "train_images.npy, other.npy");
        Write(("train_images.npy", "PK not an array"u8.ToArray()), ("train_labels.npy", Npy("|u1", "(3,)", [0, 1, 2])));
        Refused("holds an array that is not read", "it does not begin as an array of NumPy");
        Write(("train_images.npy", Npy("|u1", "(3, 2, 2), __import__('os')", Values(12, 1))), ("train_labels.npy", Npy("|u1", "(3,)", [0, 1, 2])));
        Refused("holds an array that is not read", "its header is not that of an array");
        Write(("train_images.npy", Npy("|u1", "(3, 2, 2)", Values(12, 1), fortran: true)), ("train_labels.npy", Npy("|u1", "(3,)", [0, 1, 2])));
        Refused("holds an array that is not read", "its values lie column by column (Fortran order)");
        Write(("train_images.npy", Npy("|u1", "(3, 2, 2, 4)", Values(48, 1))), ("train_labels.npy", Npy("|u1", "(3,)", [0, 1, 2])));
        Refused("holds no images that are read", "[3, 2, 2, 4]");
        File.WriteAllText(_folder.In("some.npz"), "<html>");
        Assert.Equal("some.npz is not a zip file", Assert.Throws<WeftException>(() => Open(_folder.In("some.npz"))).What);
    }

    [Fact]
    public void A_byte_that_changed_is_found_by_the_checksum()
    {
        Write(("train_images.npy", Npy("|u1", "(3, 2, 2)", Values(12, 1))), ("train_labels.npy", Npy("|u1", "(3,)", [0, 1, 2])));
        var bytes = File.ReadAllBytes(_folder.In("some.npz"));
        bytes[bytes.AsSpan().IndexOf("NUMPY"u8) + 130] ^= 1; // within the values, which are stored as they are
        File.WriteAllBytes(_folder.In("some.npz"), bytes);
        Refused("is damaged", "it does not match its checksum");
    }

    /// <summary>An array as NumPy's writer lays it out: a header that ends at a multiple of 64.</summary>
    internal static byte[] Npy(string type, string shape, byte[] values, bool fortran = false, byte version = 1)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}";
        var start = version == 1 ? 10 : 12;
        header += new string(' ', 63 - (start + header.Length) % 64) + "\n";
        var length = new byte[start - 8];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. values];
    }

    internal static byte[] Npz(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Values(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 37 + seed * 11))];

    private static byte[] Labels(string type, params int[] labels)
    {
        var size = type[2] - '0';
        return [.. labels.SelectMany(label => Enumerable.Range(0, size).Select(b => (byte)((long)label >> (8 * (type[0] == '>' ? size - 1 - b : b)))))];
    }

    private static ImageDataset Open(string path) => ImageDataset.Open(path, cancellationToken: TestContext.Current.CancellationToken);

    private void Write(params (string Name, byte[] Content)[] files) => File.WriteAllBytes(_folder.In("some.npz"), Npz(files));

    private void Refused(string what, string found)
    {
        var error = Assert.Throws<WeftException>(() => Open(_folder.In("some.npz")));
        Assert.Equal((ErrorKind.DatasetDamaged, "some.npz " + what, found), (error.Kind, error.What, error.Found));
        Assert.All([error.Where, error.Expected, error.Safe], part => Assert.False(string.IsNullOrWhiteSpace(part)));
    }
}
