namespace Weft.Training;

/// <summary>Four IDX files in a folder, plain or gzip, under the names MNIST gave them.</summary>
internal static class IdxFolder
{
    public const string TrainImages = "train-images-idx3-ubyte";
    public const string TrainLabels = "train-labels-idx1-ubyte";
    public const string TestImages = "t10k-images-idx3-ubyte";
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    internal static readonly string[] FileNames = [TrainImages, TrainLabels, TestImages, TestLabels];

    /// <summary>
    /// Opens the training files of a folder, under any name of <see cref="IdxLayout"/>. When one of them is Fashion-MNIST's, or the folder is named after it,
    /// both must be; otherwise it is another data set of the same layout (MNIST, KMNIST …), whose classes are the numbers from 0, or from 1 where no label
    /// is 0, up to the largest label, and whose content no checksum vouches for. <see cref="ImageDataset.Notes"/> says so.
    /// </summary>
    /// <exception cref="WeftException">The folder or a file is missing, or a file is damaged.</exception>
    public static ImageDataset Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw FolderContent.NoFolder(folder);
        var remedy = new Advice("put a sound copy of the file in its place; a verified copy of Fashion-MNIST is found by its name, fashion-mnist");
        var known = FashionMnist.Known;
        var layout = IdxLayout.Find(folder);
        var images = IdxFile.Read(layout.PathOf(TrainImages, remedy), new IdxExpectation(IdxContent.Images) { Remedy = remedy });
        var labels = IdxFile.Read(layout.PathOf(TrainLabels, remedy), new IdxExpectation(IdxContent.Labels) { Remedy = remedy });
        if (images.Sha256 == known.Files[0].Sha256 && labels.Sha256 == known.Files[1].Sha256)
            return Published(known, layout, Combine(images, labels, IdxClasses.Numbers(labels.Data.Span), folder), remedy);
        if (layout.Name == known.Name || known.Files.Any(file => file.Sha256 == images.Sha256 || file.Sha256 == labels.Sha256))
            return OpenKnown(known, layout, remedy); // which says what is wrong with it

        var classes = IdxClasses.Of(labels, layout.PathOf(TrainLabels, remedy), remedy);
        var train = Combine(images, labels, classes.Map(labels.Data.Span), Path.Combine(layout.Folder, TrainImages));
        return new ImageDataset(layout.Name, train, () => ReadTest(layout, train.Shape, classes, remedy), classes.Names)
        {
            Folder = Path.GetFullPath(layout.Folder),
            Notes = [ArrayPart.Unpublished, .. classes.Notes],
        };
    }

    /// <summary>Opens a folder that must hold the known data set byte for byte, under MNIST's names.</summary>
    internal static ImageDataset OpenKnown(KnownDataset known, string folder, NextStep remedy) => OpenKnown(known, new IdxLayout(folder, ""), remedy);

    /// <summary>The path of a file under its plain name or with <c>.gz</c> (preferred: it carries a checksum); null when there is neither.</summary>
    internal static string? TryFind(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        return File.Exists(plain + ".gz") ? plain + ".gz" : File.Exists(plain) ? plain : null;
    }

    private static ImageDataset OpenKnown(KnownDataset known, IdxLayout layout, NextStep remedy) =>
        Published(known, layout, ReadKnown(known, layout, remedy, known.Files[0], known.Files[1]), remedy);

    private static ImageDataset Published(KnownDataset known, IdxLayout layout, ImageSamples train, NextStep remedy) =>
        new(known.Name, train, () => ReadKnown(known, layout, remedy, known.Files[2], known.Files[3]), known.ClassNames)
        {
            Folder = Path.GetFullPath(layout.Folder),
            IsPublished = true,
        };

    private static ImageSamples ReadKnown(KnownDataset known, IdxLayout layout, NextStep remedy, KnownFile images, KnownFile labels)
    {
        var pixels = IdxFile.Read(layout.PathOf(images.Name, remedy), known.Expect(images, remedy));
        var numbers = IdxFile.Read(layout.PathOf(labels.Name, remedy), known.Expect(labels, remedy));
        return Combine(pixels, numbers, IdxClasses.Numbers(numbers.Data.Span), Path.Combine(layout.Folder, images.Name));
    }

    private static ImageSamples ReadTest(IdxLayout layout, FeatureShape shape, IdxClasses classes, NextStep remedy)
    {
        var sameSize = new IdxExpectation(IdxContent.Images) { Height = shape.Height, Width = shape.Width, Remedy = remedy };
        var images = IdxFile.Read(layout.PathOf(TestImages, remedy), sameSize);
        var labels = IdxFile.Read(layout.PathOf(TestLabels, remedy), new IdxExpectation(IdxContent.Labels) { Remedy = remedy });
        classes.RequireKnown(labels, layout.PathOf(TestLabels, remedy));
        return Combine(images, labels, classes.Map(labels.Data.Span), Path.Combine(layout.Folder, TestImages));
    }

    /// <param name="numbers">The labels as numbers of classes.</param>
    private static ImageSamples Combine(IdxFile images, IdxFile labels, ReadOnlyMemory<int> numbers, string path)
    {
        if (images.Count != labels.Count)
        {
            throw new DataFile(path, new Advice("fetch both files of the pair again")).Damaged(
                "and its labels do not belong together", "byte 4", expected: $"{labels.Count:N0} images, one per label", found: $"{images.Count:N0} images");
        }

        var shape = new FeatureShape(images.Dimensions[1], images.Dimensions[2], 1);
        return new ImageSamples(shape, images.Data, numbers, ImageSamples.Combine(images.Sha256, labels.Sha256));
    }
}
