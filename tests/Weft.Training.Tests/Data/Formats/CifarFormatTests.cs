using System.Text;

namespace Weft.Training.Tests;

public sealed class CifarFormatTests : IDisposable
{
    private static readonly string[] Ten = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Records as the published description has them: labels, 1,024 red bytes, as many green ones, as many blue ones.</summary>
    internal static byte[] Records(int count, Func<int, byte[]> labels, int seed = 0)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            bytes.AddRange(labels(i));
            for (var p = 0; p < 3 * 1024; p++)
                bytes.Add(Pixel(i, p % 32, p / 32 % 32, p / 1024, seed));
        }

        return [.. bytes];
    }

    [Fact]
    public void Planes_become_pixels_and_files_are_read_in_the_order_of_their_numbers()
    {
        Write("data_batch_2.bin", Records(7, i => [(byte)(9 - i)], seed: 2));
        Write("data_batch_1.bin", Records(13, i => [(byte)(i % 10)], seed: 1));
        Write("test_batch.bin", Records(4, i => [(byte)i], seed: 3));
        Write("batches.meta.txt", Encoding.UTF8.GetBytes(string.Join('\n', Ten) + "\n\n"));
        var data = ImageDataset.Open(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Ten, data.ClassNames);
        Assert.Equal((new FeatureShape(32, 32, 3), 20), (data.Shape, data.Train.Count));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 9, 8, 7, 6, 5, 4, 3], data.Train.Labels.ToArray());
        RequirePixels(data.Train, 13 + 5, record: 5, seed: 2);
        RequirePixels(data.Train, 12, record: 12, seed: 1);
        Assert.False(data.TestIsLoaded);
        RequirePixels(data.LoadTest(), 3, record: 3, seed: 3);
        Assert.Contains("2 of the 5 published training files", data.Notes);
    }

    [Fact]
    public void The_archives_own_folder_is_found()
    {
        Write("cifar-10-batches-bin/data_batch_1.bin", Records(10, i => [(byte)i]));
        var data = ImageDataset.Open(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("cifar-10-batches-bin", "9"), (data.Name, data.ClassNames[9]));
        Assert.Contains("no file names the classes: they are called by their numbers", data.Notes);
        Assert.Equal("test_batch.bin is missing", Assert.Throws<WeftException>(data.LoadTest).What);
    }

    [Fact]
    public void A_hundred_fine_labels()
    {
        Write("cifar-100-binary/train.bin", Records(120, i => [(byte)(i % 20), (byte)(i % 100)]));
        Write("cifar-100-binary/test.bin", Records(3, i => [0, (byte)(99 - i)], seed: 1));
        Write("cifar-100-binary/fine_label_names.txt", Encoding.UTF8.GetBytes(string.Join("\r\n", Enumerable.Range(0, 100).Select(i => $"fine {i}"))));
        var data = ImageDataset.Open(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((100, "fine 99"), (data.ClassCount, data.ClassNames[99]));
        Assert.Equal(19, data.Train.Label(119));
        Assert.Equal([99, 98, 97], data.LoadTest().Labels.ToArray());
        RequirePixels(data.Train, 119, record: 119, seed: 0);
    }

    [Theory]
    [InlineData(0, "is incomplete, or no binary file of CIFAR", "0 bytes")]
    [InlineData(3_072, "is incomplete, or no binary file of CIFAR", "3,072 bytes")]
    [InlineData(30_729, "is incomplete, or no binary file of CIFAR", "30,729 bytes")]
    [InlineData(30_731, "is incomplete, or no binary file of CIFAR", "30,731 bytes")]
    public void A_file_of_another_length_is_damaged(int length, string what, string found)
    {
        var bytes = Records(11, i => [(byte)(i % 10)]);
        Write("data_batch_1.bin", bytes[..length]);
        var error = Refused();
        Assert.Equal(("data_batch_1.bin " + what, found), (error.What, error.Found));
    }

    [Fact]
    public void What_is_missing_or_no_class_is_named()
    {
        Write("data_batch_1.bin", Records(12, i => [(byte)(i == 7 ? 10 : i % 10)]));
        Write("data_batch_3.bin", Records(1, _ => [1]));
        Write("batches.meta.txt", Encoding.UTF8.GetBytes(string.Join('\n', Ten)));
        Assert.Equal("data_batch_2.bin is missing", Assert.Throws<WeftException>(() => ImageDataset.Open(_folder.Path)).What);
        File.Delete(_folder.In("data_batch_3.bin"));
        var error = Refused();
        Assert.Equal(("data_batch_1.bin has a label that is no class", "0 to 9", "10"), (error.What, error.Expected, error.Found));
        Write("data_batch_1.bin", Records(3, _ => [4]));
        Assert.Equal("one class: every label is 4", Refused().Found);
        Write("batches.meta.txt", "a\na\n"u8.ToArray());
        Assert.Equal("batches.meta.txt does not name classes", Refused().What);
    }

    [Fact]
    public void A_test_class_that_training_never_saw_is_named()
    {
        Write("data_batch_1.bin", Records(4, i => [(byte)(i % 2)]));
        Write("batches.meta.txt", Encoding.UTF8.GetBytes(string.Join('\n', Ten)));
        Write("test_batch.bin", Records(4, i => [(byte)i]));
        var error = Assert.Throws<WeftException>(ImageDataset.Open(_folder.Path, cancellationToken: TestContext.Current.CancellationToken).LoadTest);
        Assert.Equal(
            ("test_batch.bin has labels that no training image has", "no other labels than airplane, automobile", "bird, cat"),
            (error.What, error.Expected, error.Found));
    }

    // A thousand classes: labels beyond a byte come through division, statistics and batches.
    [Fact]
    public void A_thousand_classes_are_labels_like_any()
    {
        var shape = new FeatureShape(2, 2, 3);
        int[] labels = [.. Enumerable.Range(0, 4_000).Select(i => i % 1_000)];
        var part = new ArrayPart(
            new DataFile("x", new Advice("-")), shape, new byte[labels.Length * shape.Length], labels, "f");
        var data = part.ToDataset("wide", _folder.Path, null, () => part);
        Assert.Equal((1_000, "999", 999), (data.ClassCount, data.ClassNames[999], data.Train.Label(3_999)));
        var prepared = TrainingData.Prepare(data, new DataConfiguration { ValidationCount = 1_000 });
        Assert.Equal(1_000, ClassCounts.Of(data.Train, prepared.Split.Validation, 1_000).Occurring.Count);
        Assert.All(prepared.TrainedClasses.PerClass, count => Assert.Equal(3, count));
        Assert.Equal(4_000, data.LoadTest().Count);
    }

    private static byte Pixel(int record, int x, int y, int channel, int seed) => (byte)(record * 31 + x * 7 + y * 3 + channel * 85 + seed);

    private static void RequirePixels(ImageSamples samples, int index, int record, int seed)
    {
        var image = samples.Image(index);
        for (var i = 0; i < image.Length; i++)
            Assert.Equal(Pixel(record, i / 3 % 32, i / 96, i % 3, seed), image[i]);
    }

    private WeftException Refused()
    {
        var error = Assert.Throws<WeftException>(() => ImageDataset.Open(_folder.Path));
        Assert.Equal(ErrorKind.DatasetDamaged, error.Kind);
        Assert.All([error.What, error.Where, error.Expected, error.Found, error.Safe], part => Assert.False(string.IsNullOrWhiteSpace(part)));
        return error;
    }

    private void Write(string name, byte[] bytes)
    {
        var path = _folder.In(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
