namespace Weft.Training;

/// <summary>
/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60,000 training and 10,000 test images of clothes, 28 × 28 grey, ten classes of equal size.
/// </summary>
public static class FashionMnist
{
    public const string Name = "fashion-mnist";

    internal static KnownDataset Known { get; } = new(
        Name,
        new FeatureShape(28, 28, 1),
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        [
            new(IdxFolder.TrainImages, IdxContent.Images, 60_000, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 26_421_880),
            new(IdxFolder.TrainLabels, IdxContent.Labels, 60_000, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 29_515),
            new(IdxFolder.TestImages, IdxContent.Images, 10_000, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 4_422_102),
            new(IdxFolder.TestLabels, IdxContent.Labels, 10_000, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 5_148),
        ]);

    /// <summary>Public addresses under which the four <c>.gz</c> files lie.</summary>
    public static IReadOnlyList<Uri> Mirrors { get; } =
    [
        new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
        new("https://fashion-mnist.s3.eu-central-1.amazonaws.com/"),
        new("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"),
        new("https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/fashion-mnist/"),
    ];

    /// <summary>
    /// The data set from the first source that has it whole: <see cref="DataOptions.Folder"/> (then nothing else is tried), the user's cache, the system's
    /// folder, the mirrors, the Debian package.
    /// </summary>
    /// <exception cref="WeftException">
    /// No source has it; the message tells what was tried: <see cref="ErrorKind.DatasetMissing"/>,
    /// <see cref="ErrorKind.DatasetDamaged"/> (a damaged copy and no good one) or <see cref="ErrorKind.DownloadFailed"/>.
    /// </exception>
    public static ImageDataset Open(DataOptions options, CancellationToken cancellationToken = default) =>
        options.Corrected(options.Folder is { } folder ? IdxFolder.Open(folder) : new DatasetSearch(Known, options).Open(cancellationToken))!;

    /// <summary>
    /// As <see cref="Open"/>, and also verifies the test files. With <paramref name="replace"/> the cached files are fetched anew whatever they are.
    /// </summary>
    /// <exception cref="WeftException">As <see cref="Open"/>.</exception>
    public static ImageDataset Get(DataOptions options, bool replace = false, CancellationToken cancellationToken = default)
    {
        var data = options.Folder is { } folder ? IdxFolder.Open(folder)
            : new DatasetSearch(Known, options) { VerifyTest = true, Replace = replace }.Open(cancellationToken);
        data.LoadTest();
        return options.Corrected(data)!;
    }
}
