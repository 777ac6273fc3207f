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
        var error = Refused("t10k-labels-idx1-ubyte.gz has labels that no training image has", () => IdxFolder.Open(_folder).LoadTest());
        Assert.Equal(("no other labels than 0, 1, 2, 3", "4"), (error.Expected, error.Found));
    }

    [Fact]
    public void Counts_that_differ_are_refused()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(41));
        var error = Refused("train-images-idx3-ubyte and its labels do not belong together", () => IdxFolder.Open(_folder));
        Assert.Equal(("41 images, one per label", "40 images"), (error.Expected, error.Found));
    }

    [Fact]
    public void Labels_of_one_class_are_refused()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, _ => 3));
        Assert.Equal(
            "one class: every label is 3", Refused("train-labels-idx1-ubyte.gz has labels that do not number classes", () => IdxFolder.Open(_folder)).Found);
    }

    [Fact]
    public void Labels_that_count_from_1_are_classes_called_by_them()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => (byte)(i % 4 + 1)));
        Write(IdxFolder.TestImages, IdxBytes.Images(3, 5, 5));
        Write(IdxFolder.TestLabels, IdxBytes.Labels(3, i => (byte)(i + 2)));
        var data = IdxFolder.Open(_folder);
        Assert.Equal(["1", "2", "3", "4"], data.ClassNames);
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).Select(data.Train.Label));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(data.LoadTest().Label));
        Assert.Equal("the labels count from 1: the classes are 1 to 4", data.Notes[1]);
        Write(IdxFolder.TestLabels, IdxBytes.Labels(3, i => (byte)i));
        Assert.Equal("0", Refused("t10k-labels-idx1-ubyte.gz has labels that no training image has", () => IdxFolder.Open(_folder).LoadTest()).Found);
    }

    [Fact]
    public void A_number_without_a_training_image_is_a_class_without_samples()
    {
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        Write(IdxFolder.TrainLabels, IdxBytes.Labels(40, i => new byte[] { 0, 1, 4 }[i % 3]));
        Write(IdxFolder.TestImages, IdxBytes.Images(3, 5, 5));
        Write(IdxFolder.TestLabels, IdxBytes.Labels(3, i => new byte[] { 4, 2, 3 }[i]));
        var data = IdxFolder.Open(_folder);
        Assert.Equal(["0", "1", "2", "3", "4"], data.ClassNames);
        Assert.Equal("no training image has the labels 2, 3: 2 classes without samples", data.Notes[1]);
        Assert.Equal("2, 3", Refused("t10k-labels-idx1-ubyte.gz has labels that no training image has", () => data.LoadTest()).Found);
        Assert.Empty(TrainingData.Prepare(data, new DataConfiguration()).Notes); // what has no image at all is no gap of the split
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("emnist-letters-", "", false)]
    [InlineData("", ".", false)]
    [InlineData("qmnist-", "", true)]
    public void Files_are_found_under_the_names_that_people_meet(string prefix, string dot, bool testWord)
    {
        string Name(string name) => prefix + (testWord ? name.Replace("t10k", "test") : name).Replace("-idx", dot.Length > 0 ? ".idx" : "-idx");
        Write(Name(IdxFolder.TrainImages), IdxBytes.Images(40, 5, 5));
        Write(Name(IdxFolder.TrainLabels), IdxBytes.Labels(40));
        Write(Name(IdxFolder.TestImages), IdxBytes.Images(8, 5, 5));
        File.WriteAllBytes(Path.Combine(_folder, Name(IdxFolder.TestLabels)), IdxBytes.Labels(8));
        File.WriteAllBytes(Path.Combine(_folder, "._" + Name(IdxFolder.TrainImages)), [1]);
        var data = IdxFolder.Open(_folder);
        Assert.Equal((40, 8, Path.GetFileName(_folder)), (data.Train.Count, data.LoadTest().Count, data.Name));
    }

    [Fact]
    public void The_layout_of_torchvision_is_found()
    {
        WriteAll(Path.Combine(_folder, "KMNIST", "raw"), "");
        foreach (var place in new[] { _folder, Path.Combine(_folder, "KMNIST"), Path.Combine(_folder, "KMNIST", "raw") })
            Assert.Equal(("KMNIST", Path.Combine(_folder, "KMNIST", "raw")), (IdxFolder.Open(place).Name, IdxFolder.Open(place).Folder));
        WriteAll(Path.Combine(_folder, "MNIST", "raw"), "");
        var error = Assert.Throws<WeftException>(() => IdxFolder.Open(_folder));
        Assert.Equal((ErrorKind.DatasetMissing, "the folder holds several data sets", "KMNIST, MNIST"), (error.Kind, error.What, error.Found));
    }

    [Fact]
    public void Emnist_is_turned_upright_by_its_name()
    {
        WriteAll(_folder, "emnist-letters-");
        File.WriteAllBytes(Path.Combine(_folder, "emnist-letters-" + IdxFolder.TrainImages), IdxBytes.Images(40, 5, 3));
        File.WriteAllBytes(Path.Combine(_folder, "emnist-letters-" + IdxFolder.TrainLabels), IdxBytes.Labels(40, i => (byte)(1 + i % 9)));
        File.WriteAllBytes(Path.Combine(_folder, "emnist-letters-" + IdxFolder.TestImages), IdxBytes.Images(8, 5, 3, seed: 2));
        File.WriteAllBytes(Path.Combine(_folder, "emnist-letters-" + IdxFolder.TestLabels), IdxBytes.Labels(8, i => (byte)(1 + i)));
        var upright = IdxFolder.Open(_folder);
        upright.LoadTest();
        foreach (var file in Directory.GetFiles(_folder))
            File.Move(file, Path.Combine(_folder, Path.GetFileName(file)["emnist-letters-".Length..]));
        var lying = IdxFolder.Open(_folder);
        Assert.Equal((new FeatureShape(3, 5, 1), new FeatureShape(5, 3, 1)), (upright.Shape, lying.Shape));
        foreach (var (own, other) in new[] { (upright.Train, lying.Train), (upright.LoadTest(), lying.LoadTest()) })
        {
            Assert.NotEqual(own.Fingerprint, other.Fingerprint);
            Assert.Equal(own.Labels.ToArray(), other.Labels.ToArray());
            for (var i = 0; i < 15; i++)
                Assert.Equal(other.Image(7)[i / 5 + i % 5 * 3], own.Image(7)[i]);
        }

        Assert.Equal(
            [ArrayPart.Unpublished, "the labels count from 1: the classes are 1 to 9",
                "images of EMNIST lie on their side in its files: rows and columns are exchanged"],
            upright.Notes);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "9"], upright.ClassNames);
    }

    [Fact]
    public void Qmnist_has_its_labels_in_the_first_of_eight_columns()
    {
        WriteAll(_folder, "qmnist-");
        File.Delete(Path.Combine(_folder, "qmnist-" + IdxFolder.TrainLabels));
        File.Delete(Path.Combine(_folder, "qmnist-" + IdxFolder.TestLabels));
        var rows = Rows(40, i => i % 10);
        File.WriteAllBytes(Path.Combine(_folder, "qmnist-train-labels-idx2-int.gz"), IdxBytes.Gzip(rows));
        File.WriteAllBytes(Path.Combine(_folder, "qmnist-test-labels-idx2-int"), Rows(8, i => 9 - i));
        var data = IdxFolder.Open(_folder);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 10), data.Train.Labels.ToArray());
        Assert.Equal(Enumerable.Range(0, 8).Select(i => 9 - i), data.LoadTest().Labels.ToArray());

        File.WriteAllBytes(Path.Combine(_folder, "qmnist-train-labels-idx2-int.gz"), IdxBytes.Gzip(Rows(40, i => i == 5 ? 256 : i % 10)));
        Assert.Equal("256", Refused("qmnist-train-labels-idx2-int.gz has a label that is no class", () => IdxFolder.Open(_folder)).Found);
        File.WriteAllBytes(Path.Combine(_folder, "qmnist-train-labels-idx2-int.gz"), IdxBytes.Gzip(rows[..^1]));
        Assert.Equal(
            "40 labels x 8 numbers x 4 bytes = 1,292 bytes with the header",
            Refused("qmnist-train-labels-idx2-int.gz is incomplete", () => IdxFolder.Open(_folder)).Expected);

        static byte[] Rows(int count, Func<int, int> label) =>
        [
            .. IdxBytes.Header([0, 0, 0x0C, 2], count, 8),
            .. Enumerable.Range(0, count).SelectMany(i => IdxBytes.Header([0, 0, 0, 0], label(i), 1, 2, 3, 4, 5, 6, 7)[4..]),
        ];
    }

    [Fact]
    public void The_files_of_several_data_sets_are_not_mixed()
    {
        WriteAll(_folder, "emnist-letters-");
        WriteAll(_folder, "emnist-digits-");
        Assert.Equal("emnist-digits, emnist-letters", Assert.Throws<WeftException>(() => IdxFolder.Open(_folder)).Found);
        WriteAll(_folder, "");
        Assert.Equal(40, IdxFolder.Open(_folder).Train.Count);
    }

    [Theory]
    [InlineData("train/Bag/1.png;train/Coat/2.png", "a folder with sub-folders of PNG files: one class a folder")]
    [InlineData("Bag/1.jpg;Coat/2.jpeg;Coat/3.PNG", "a folder with sub-folders of JPEG and JPG and PNG files: one class a folder")]
    [InlineData("1.png", "a folder of PNG files")]
    [InlineData("fashion-mnist_train.csv", "a folder with CSV files (fashion-mnist_train.csv)")]
    [InlineData("cifar-10-batches-py/data_batch_1", "CIFAR as Python pickles")]
    [InlineData("cifar-100-python/train", "CIFAR as Python pickles")]
    [InlineData("notes.txt", "other files (notes.txt)")]
    [InlineData("", "an empty folder")]
    public void A_folder_without_data_is_described(string files, string found)
    {
        foreach (var file in files.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file))!);
            File.WriteAllText(Path.Combine(_folder, file), "x");
        }

        var error = Assert.Throws<WeftException>(() => IdxFolder.Open(_folder));
        Assert.Equal((ErrorKind.DatasetMissing, "the data folder holds no data set that is read", found), (error.Kind, error.What, error.Found));
    }

    [Fact]
    public void A_file_in_place_of_a_folder_is_named_as_what_it_is()
    {
        var file = Path.Combine(_folder, "train.csv");
        File.WriteAllText(file, "label,pixel1\n");
        var error = Assert.Throws<WeftException>(() => IdxFolder.Open(file));
        Assert.Equal((ErrorKind.DatasetMissing, "the data are a file that is not read", "a CSV file"), (error.Kind, error.What, error.Found));
    }

    [Fact]
    public void A_folder_that_is_not_there_and_a_file_that_is_not_in_it_are_missing_data()
    {
        var error = Assert.Throws<WeftException>(() => IdxFolder.Open(Path.Combine(_folder, "no")));
        Assert.Equal((ErrorKind.DatasetMissing, "the data folder is missing", "nothing"), (error.Kind, error.What, error.Found));
        Write(IdxFolder.TrainImages, IdxBytes.Images(40, 5, 5));
        error = Assert.Throws<WeftException>(() => IdxFolder.Open(_folder));
        Assert.Equal((ErrorKind.DatasetMissing, "train-labels-idx1-ubyte.gz is missing"), (error.Kind, error.What));
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

    private static void WriteAll(string folder, string prefix)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, prefix + IdxFolder.TrainImages), IdxBytes.Images(40, 5, 5));
        File.WriteAllBytes(Path.Combine(folder, prefix + IdxFolder.TrainLabels), IdxBytes.Labels(40));
        File.WriteAllBytes(Path.Combine(folder, prefix + IdxFolder.TestImages), IdxBytes.Images(8, 5, 5));
        File.WriteAllBytes(Path.Combine(folder, prefix + IdxFolder.TestLabels), IdxBytes.Labels(8));
    }

    private static WeftException Refused(string what, Action open)
    {
        var error = Assert.Throws<WeftException>(open);
        Assert.Equal((ErrorKind.DatasetDamaged, what), (error.Kind, error.What));
        return error;
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder, name + ".gz"), IdxBytes.Gzip(bytes));
}
