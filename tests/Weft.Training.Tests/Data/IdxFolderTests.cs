namespace Weft.Training.Tests;

public sealed class IdxFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_data_set_of_the_layout_gets_its_classes_from_its_labels()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 12, 9));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => (byte)(i % 4)));
        Write(IdxFolder.TestImages, IdxBytes.Images(8, 12, 9, seed: 4));
        Write(IdxFolder.TestLabels, IdxBytes.Labels(8, i => (byte)(i % 3)));
        var data = IdxFolder.Open(_folder);
        Assert.Equal((new FeatureShape(12, 9, 1), 4, false), (data.Shape, data.ClassCount, data.IsPublished));
        Assert.Equal(["0", "1", "2", "3"], data.ClassNames);
        Assert.Contains("no published checksum", Assert.Single(data.Notes));
        Assert.Equal(8, data.LoadTest().Count);
        Assert.Equal(64, data.Fingerprint.Length);
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => (byte)((i + 1) % 4)));
        Assert.NotEqual(data.Fingerprint, IdxFolder.Open(_folder).Fingerprint);
    }

    [Fact]
    public void Test_files_that_do_not_fit_the_training_files_are_refused()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 12, 9));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => (byte)(i % 4)));
        Write(IdxFolder.TestImages, IdxBytes.Images(8, 12, 10));
        Write(IdxFolder.TestLabels, IdxBytes.Labels(8, _ => 0));
        Refused("t10k-images-idx3-ubyte.gz has the wrong width", () => IdxFolder.Open(_folder).LoadTest());
        Write(IdxFolder.TestImages, IdxBytes.Images(8, 12, 9));
        Write(IdxFolder.TestLabels, IdxBytes.Labels(8, _ => 4));
        Refused("t10k-labels-idx1-ubyte.gz has a label that is no class", () => IdxFolder.Open(_folder).LoadTest());
    }

    [Fact]
    public void Counts_that_differ_are_refused()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(41));
        var error = Refused("train-images-idx3-ubyte and its labels do not belong together", () => IdxFolder.Open(_folder));
        Assert.Equal(("41 images, one per label", "40 images"), (error.Expected, error.Found));
    }

    [Theory]
    [InlineData(137, "label 137 but no label 10")]
    [InlineData(0, "label 9 but no label 5")]
    public void Labels_that_number_no_classes_are_refused(byte label, string found)
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => i % 10 == 5 && (label == 0 || i == 5) ? label : (byte)(i % 10)));
        Assert.Equal(found, Refused("train-labels-idx1-ubyte.gz has labels that do not number classes", () => IdxFolder.Open(_folder)).Found);
    }

    [Fact]
    public void A_folder_that_is_not_there_and_a_file_that_is_not_in_it_are_missing_data()
    {
        var error = Assert.Throws<WeftException>(() => IdxFolder.Open(Path.Combine(_folder, "no")));
        Assert.Equal((ExitCode.DatasetMissing, "the data folder is missing", "nothing"), (error.Code, error.What, error.Found));
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        error = Assert.Throws<WeftException>(() => IdxFolder.Open(_folder));
        Assert.Equal((ExitCode.DatasetMissing, "train-labels-idx1-ubyte.gz is missing"), (error.Code, error.What));
    }

    [Fact]
    public void A_folder_named_after_Fashion_MNIST_must_hold_it()
    {
        var named = Path.Combine(_folder, "fashion-mnist");
        Directory.CreateDirectory(named);
        File.WriteAllBytes(Path.Combine(named, IdxFolder.TrainImages), IdxBytes.Images(40, 28, 28));
        File.WriteAllBytes(Path.Combine(named, IdxFolder.TrainLabels), IdxBytes.Labels(40));
        Assert.Equal("60,000", Refused("train-images-idx3-ubyte has the wrong number of images", () => IdxFolder.Open(named)).Expected);
    }

    private static WeftException Refused(string what, Action open)
    {
        var error = Assert.Throws<WeftException>(open);
        Assert.Equal((ExitCode.DatasetDamaged, what), (error.Code, error.What));
        return error;
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder, name + ".gz"), IdxBytes.Gzip(bytes));
}
