namespace Weft.Training;

/// <summary>Four IDX files in a folder, plain or gzip, under the names MNIST gave them.</summary>
public static class IdxFolder
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    internal static readonly string[] FileNames = [TrainImages, TrainLabels, TestImages, TestLabels];

    /// <summary>
    /// Opens the training files of a folder. When one of them is Fashion-MNIST's, or the folder is named after it, both must be; otherwise
    /// it is another data set of the same layout (MNIST, KMNIST …), whose classes are the labels 0 … n−1 that occur, and whose content no
    /// checksum vouches for, which <see cref="ImageDataset.Notes"/> says.
    /// </summary>
    /// <exception cref="WeftException">The folder or a file is missing, or a file is damaged.</exception>
    public static ImageDataset Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new WeftException(ExitCode.DatasetMissing, "the data folder is missing")
            {
                Where = folder,
                Expected = $"a folder with {string.Join(", ", FileNames)} (plain or .gz)",
                Found = File.Exists(folder) ? "a file" : "nothing",
                Safe = "nothing was changed",
                Do = "name the folder that holds the four files; Fashion-MNIST is found by its name, fashion-mnist",
            };
        }

        const string Remedy = "put a sound copy of the file in its place; a verified copy of Fashion-MNIST is found by its name, fashion-mnist";
        var known = FashionMnist.Known;
        var images = IdxFile.Read(Find(folder, TrainImages, Remedy), new IdxExpectation(IdxContent.Images) { Remedy = Remedy });
        var labels = IdxFile.Read(Find(folder, TrainLabels, Remedy), new IdxExpectation(IdxContent.Labels) { Remedy = Remedy });
        if (images.Sha256 == known.Files[0].Sha256 && labels.Sha256 == known.Files[1].Sha256)
        {
            var sound = Combine(images, labels, folder);
            return new ImageDataset(known.Name, sound, () => ReadKnown(known, folder, Remedy, known.Files[2], known.Files[3]), known.ClassNames)
            {
                Folder = Path.GetFullPath(folder),
                IsPublished = true,
            };
        }

        var isNamedSo = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) == known.Name;
        if (isNamedSo || known.Files.Any(file => file.Sha256 == images.Sha256 || file.Sha256 == labels.Sha256))
            return OpenKnown(known, folder, Remedy); // which says what is wrong with it

        var train = Combine(images, labels, Path.Combine(folder, TrainImages));
        var classCount = CountClasses(train, Find(folder, TrainLabels, Remedy), Remedy);
        return new ImageDataset(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            train,
            () => ReadTest(folder, train.Shape, classCount, Remedy),
            [.. Enumerable.Range(0, classCount).Select(label => label.ToString())])
        {
            Folder = Path.GetFullPath(folder),
            Notes = ["this data set has no published checksum here: its content is what the files say, and the fingerprint is computed from them"],
        };
    }

    /// <summary>Opens a folder that must hold the known data set byte for byte.</summary>
    internal static ImageDataset OpenKnown(KnownDataset known, string folder, string remedy)
    {
        var train = ReadKnown(known, folder, remedy, known.Files[0], known.Files[1]);
        return new ImageDataset(known.Name, train, () => ReadKnown(known, folder, remedy, known.Files[2], known.Files[3]), known.ClassNames)
        {
            Folder = Path.GetFullPath(folder),
            IsPublished = true,
        };
    }

    /// <summary>The path of a file under its plain name or with <c>.gz</c> (preferred: it carries a checksum); null when there is neither.</summary>
    internal static string? TryFind(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        return File.Exists(plain + ".gz") ? plain + ".gz" : File.Exists(plain) ? plain : null;
    }

    private static string Find(string folder, string name, string remedy) =>
        TryFind(folder, name) ?? throw new DataFile(Path.Combine(folder, name + ".gz"), remedy).Missing("is missing", "no such file, neither plain nor .gz");

    private static ImageSamples ReadKnown(KnownDataset known, string folder, string remedy, KnownFile images, KnownFile labels) => Combine(
        IdxFile.Read(Find(folder, images.Name, remedy), known.Expect(images, remedy)),
        IdxFile.Read(Find(folder, labels.Name, remedy), known.Expect(labels, remedy)),
        Path.Combine(folder, images.Name));

    private static ImageSamples ReadTest(string folder, FeatureShape shape, int classCount, string remedy) => Combine(
        IdxFile.Read(Find(folder, TestImages, remedy), new IdxExpectation(IdxContent.Images) { Height = shape.Height, Width = shape.Width, Remedy = remedy }),
        IdxFile.Read(Find(folder, TestLabels, remedy), new IdxExpectation(IdxContent.Labels) { ClassCount = classCount, Remedy = remedy }),
        Path.Combine(folder, TestImages));

    private static ImageSamples Combine(IdxFile images, IdxFile labels, string path)
    {
        if (images.Count != labels.Count)
        {
            throw new DataFile(path, "fetch both files of the pair again").Damaged("and its labels do not belong together", "byte 4",
                expected: $"{labels.Count:N0} images, one per label", found: $"{images.Count:N0} images");
        }

        var shape = new FeatureShape(images.Dimensions[1], images.Dimensions[2], 1);
        return new ImageSamples(shape, images.Data, labels.Data, ImageSamples.Combine(images.Sha256, labels.Sha256));
    }

    private static int CountClasses(ImageSamples train, string path, string remedy)
    {
        var counts = new int[256];
        foreach (var label in train.Labels.Span)
            counts[label]++;
        var classCount = Array.FindLastIndex(counts, count => count > 0) + 1;
        var empty = Array.FindIndex(counts, 0, classCount, count => count == 0);
        if (empty < 0 && classCount > 1)
            return classCount;
        throw new DataFile(path, remedy).Damaged("has labels that do not number classes", "its values",
            expected: "two or more classes 0, 1, 2 … with at least one sample each",
            found: empty < 0 ? "one class" : $"label {classCount - 1} but no label {empty}");
    }
}
