using System.Security.Cryptography;

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
        var labels = ReadLabels(layout, TrainLabels, remedy);
        if (images.Sha256 == known.Files[0].Sha256 && labels.Sha256 == known.Files[1].Sha256)
            return Published(known, layout, Combine(images, labels, IdxClasses.Numbers(labels.Data.Span), folder), remedy);
        if (layout.Name == known.Name || known.Files.Any(file => file.Sha256 == images.Sha256 || file.Sha256 == labels.Sha256))
            return OpenKnown(known, layout, remedy); // which says what is wrong with it

        var classes = IdxClasses.Of(labels, layout.PathOf(TrainLabels, remedy), remedy);
        var train = Combine(images, labels, classes.Map(labels.Data.Span), Path.Combine(layout.Folder, TrainImages), layout.IsTransposed);
        return new ImageDataset(layout.Name, train, () => ReadTest(layout, train.Shape, classes, remedy), classes.Names)
        {
            Folder = Path.GetFullPath(layout.Folder),
            Notes =
            [
                Vouched(layout.PathOf(TrainImages, remedy)), .. classes.Notes,
                .. layout.IsTransposed ? ["images of EMNIST lie on their side in its files: rows and columns are exchanged"] : Array.Empty<string>(),
            ],
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

    private static IdxFile ReadLabels(IdxLayout layout, string name, NextStep remedy)
    {
        var path = layout.PathOf(name, remedy);
        return IdxFile.Read(path, new IdxExpectation(IdxLayout.LabelsIn(path)) { Remedy = remedy });
    }

    private static ImageSamples ReadTest(IdxLayout layout, FeatureShape shape, IdxClasses classes, NextStep remedy)
    {
        var sameSize = new IdxExpectation(IdxContent.Images)
        {
            Height = layout.IsTransposed ? shape.Width : shape.Height, Width = layout.IsTransposed ? shape.Height : shape.Width, Remedy = remedy,
        };
        var images = IdxFile.Read(layout.PathOf(TestImages, remedy), sameSize);
        var labels = ReadLabels(layout, TestLabels, remedy);
        classes.RequireKnown(labels, layout.PathOf(TestLabels, remedy));
        return Combine(images, labels, classes.Map(labels.Data.Span), Path.Combine(layout.Folder, TestImages), layout.IsTransposed);
    }

    /// <param name="numbers">The labels as numbers of classes.</param>
    private static ImageSamples Combine(IdxFile images, IdxFile labels, ReadOnlyMemory<int> numbers, string path, bool isTransposed = false)
    {
        if (images.Count != labels.Count)
        {
            throw new DataFile(path, new Advice("fetch both files of the pair again")).Damaged(
                "and its labels do not belong together", "byte 4", expected: $"{labels.Count:N0} images, one per label", found: $"{images.Count:N0} images");
        }

        if (isTransposed)
        {
            return new ImageSamples(new FeatureShape(images.Dimensions[2], images.Dimensions[1], 1), Upright(images), numbers,
                ImageSamples.Combine(images.Sha256, labels.Sha256, "transposed"));
        }

        var shape = new FeatureShape(images.Dimensions[1], images.Dimensions[2], 1);
        return new ImageSamples(shape, images.Data, numbers, ImageSamples.Combine(images.Sha256, labels.Sha256));
    }

    // Rows become columns.
    private static byte[] Upright(IdxFile images)
    {
        var (height, width) = (images.Dimensions[1], images.Dimensions[2]);
        DataFile.RequireMemory(2L * images.Data.Length);
        var upright = GC.AllocateUninitializedArray<byte>(images.Data.Length);
        var source = images.Data.Span;
        for (var start = 0; start < source.Length; start += height * width)
        {
            for (var i = 0; i < height * width; i++)
                upright[start + i % width * height + i / width] = source[start + i];
        }

        return upright;
    }

    // What is published of these sets is the MD5 of the packed training images.
    private static string Vouched(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
            return ArrayPart.Unpublished;
        var md5 = new DataFile(path, new Advice("-")).Open(stream => Convert.ToHexStringLower(MD5.HashData(stream)));
        var name = md5 switch { "f68b3c2dcbeaaa9fbdd348bbdeb94873" => "MNIST", "bdb82020997e1d708af4cf47b453dcf7" => "KMNIST", _ => null };
        return name is null ? ArrayPart.Unpublished
            : $"the training images are the published file of {name} (MD5 {md5}); no checksum of its other files is known here";
    }
}
